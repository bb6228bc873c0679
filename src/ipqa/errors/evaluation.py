"""Gold questions, answers and runs that cannot be measured."""

from ipqa.errors.base import IpqaError


class AnswersUnreadable(IpqaError):
    """A file of saved answers is none."""

    ja = "{path} を保存した回答として読めません({reason})。`ipqa ask --json` の出力を保存したファイルを指定してください。"
    en = "{path} cannot be read as saved answers ({reason}). Name a file of what `ipqa ask --json` printed."


class BadGold(IpqaError):
    """A file of gold questions holds something that cannot be measured against."""

    ja = "{path}{place_ja}: {reason_ja}。直してからもう一度実行してください。"
    en = "{path}{place}: {reason}. Correct it and run again."


class RunUnreadable(IpqaError):
    """A folder or file holds no evaluation run."""

    ja = "{path} を評価の結果として読めません({reason})。`ipqa eval run` が書き出したフォルダを指定してください。"
    en = "{path} cannot be read as an evaluation run ({reason}). Name a folder that `ipqa eval run` wrote."


class BadAnswers(IpqaError):
    """A file of another system's answers holds something else."""

    ja = "{path} の {line} 行目が回答として読めません({reason})。1行に1件、id・answer・citations を持つ JSON にしてください。"
    en = "{path}, line {line}, is no answer ({reason}). Give one JSON object a line, with id, answer and citations."


class NothingToAsk(IpqaError):
    """No question can be made of the reports' sentences."""

    ja = "報告書の文から質問を作れないため、測れません。文章のある報告書を `ipqa add` で加えてください。"
    en = "No question can be made of the reports' sentences, so nothing is measured. Add a report of whole sentences with `ipqa add`."


class BadThreshold(IpqaError):
    """A threshold on the command line is not METRIC=VALUE."""

    ja = "基準「{given}」が読めません。all_facts=0.8 のように、指標の名前と数値を = でつないでください。"
    en = "The threshold “{given}” cannot be read. Write it as all_facts=0.8."


class JudgeUnavailable(IpqaError):
    """The language model that is to judge answers cannot be asked."""

    ja = "採点用のモデル「{model}」({url})に問い合わせられません({reason})。アドレスとモデル名を確かめてください。"
    en = "The judge “{model}” at {url} cannot be asked ({reason}). Check the address and the model's name."
