"""What is kept beside the index, and what of it is not there."""

from ipqa.errors.base import IpqaError


class RecordsUnavailable(IpqaError):
    """The file that keeps conversations and feedback cannot be read or written."""

    ja = "記録の保存先 {path} を使えません({reason})。書き込みの権限と空き容量を確かめるか、IPQA_RECORDS で別のファイルを指定してください。"
    en = (
        "The file of records {path} cannot be used ({reason}). Check permissions and free space, or name "
        "another file in IPQA_RECORDS."
    )


class RecordsDamaged(RecordsUnavailable):
    """The file of records is no whole database any more."""

    ja = "記録のファイル {path} が壊れています({reason})。控えから戻すか、`sqlite3 {path} .recover` で取り出すか、別の場所へ移して新しく始めてください。"
    en = (
        "The file of records {path} is damaged ({reason}). Restore it from a backup, save what can be "
        "saved with `sqlite3 {path} .recover`, or move it away to begin anew."
    )


class UnknownRecord(IpqaError):
    """Something that is asked for by its id is not there."""


class UnknownConversation(UnknownRecord):
    """No conversation of that id is kept."""

    ja = "会話「{conversation}」は見つかりません。削除された可能性があります。一覧から選び直してください。"
    en = "There is no conversation “{conversation}”; it may have been deleted. Choose one from the list."


class ConversationsOff(UnknownRecord):
    """This server keeps no conversations."""

    ja = "このサーバーは会話を保存しません(IPQA_KEEP_CONVERSATIONS)。これまでのやり取りは history に入れて送ってください。"
    en = (
        "This server keeps no conversations (IPQA_KEEP_CONVERSATIONS). Send what was said before in "
        "history."
    )


class UnknownJob(UnknownRecord):
    """No job of that id is under way or has just ended."""

    ja = "処理「{job}」は見つかりません。サーバーが再起動した可能性があります。報告書の一覧で結果を確かめてください。"
    en = "There is no job “{job}”; the server may have been restarted. See the list of reports."


class NoEvaluation(UnknownRecord):
    """No evaluation run lies in the folder of runs."""

    ja = "{folder} に評価の結果がありません。`ipqa eval run 正解つき質問.jsonl --out {folder}/名前` で作成してください。"
    en = "There is no evaluation run in {folder}. Make one with `ipqa eval run GOLD.jsonl --out {folder}/NAME`."
