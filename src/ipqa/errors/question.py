"""A question, or a draft, that cannot be taken as it stands."""

from ipqa.errors.base import IpqaError


class QuestionError(IpqaError):
    """The question cannot be asked as it stands."""


class EmptyQuestion(QuestionError):
    """Nothing was asked."""

    ja = "質問が空です。知りたいことを文で入力してください。"
    en = "The question is empty. Type what you want to know."


class NoWordsInQuestion(QuestionError):
    """There is no word to search for, only symbols or white space."""

    ja = "質問に言葉が見つかりません(記号だけのようです)。知りたいことを文で入力してください。"
    en = "The question holds no words, only symbols. Type what you want to know in words."


class QuestionTooLong(QuestionError):
    """The question is longer than the setting allows."""

    ja = "質問が長すぎます({length:,}文字)。{limit:,}文字以内に要点を絞ってください。"
    en = "The question is too long ({length:,} characters). Keep it within {limit:,} characters."


class UnknownReport(QuestionError):
    """A report was named that the index does not hold."""

    ja = "報告書「{report}」は索引にありません。あるのは {known} です。"
    en = "There is no report “{report}” in the index. It holds: {known}."


class ModeUnavailable(QuestionError):
    """An answering mode was asked for that this installation cannot offer."""

    ja = (
        "回答方式「{mode}」には言語モデルが必要ですが、設定されていません。環境変数 IPQA_LLM_BASE_URL と "
        "IPQA_LLM_MODEL を設定するか、extractive か auto を指定してください。"
    )
    en = (
        "The answering mode “{mode}” needs a language model, and none is configured. Set the environment "
        "variables IPQA_LLM_BASE_URL and IPQA_LLM_MODEL, or ask with extractive or auto."
    )


class EmptyDraft(QuestionError):
    """There is no sentence to verify."""

    ja = "確かめる文章がありません。下書きを貼り付けてください。"
    en = "There is nothing to verify. Paste a draft."


class DraftTooLong(QuestionError):
    """The draft is longer than can be verified at once."""

    ja = "文章が長すぎます({length:,}文字)。{limit:,}文字以内に分けてください。"
    en = "The draft is too long ({length:,} characters). Split it into parts of at most {limit:,}."
