"""What is kept beside the index, and what of it is not there."""

from ipqa.errors.base import IpqaError


class RecordsUnavailable(IpqaError):
    """What keeps conversations, feedback and keys cannot be read or written."""

    ja = "記録の保存先 {path} を使えません({reason})。書き込みの権限と空き容量を確かめるか、IPQA_DATABASE_URL で別の場所を指定してください。"
    en = (
        "The file of records {path} cannot be used ({reason}). Check permissions and free space, or name "
        "another place in IPQA_DATABASE_URL."
    )


class RecordsDamaged(RecordsUnavailable):
    """The file of records is no whole database any more."""

    ja = "記録のファイル {path} が壊れています({reason})。控えから戻すか、`sqlite3 {path} .recover` で取り出すか、別の場所へ移して新しく始めてください。"
    en = (
        "The file of records {path} is damaged ({reason}). Restore it from a backup, save what can be "
        "saved with `sqlite3 {path} .recover`, or move it away to begin anew."
    )


class DatabaseUnavailable(RecordsUnavailable):
    """The PostgreSQL server that keeps the records cannot be reached, or refuses."""

    ja = "記録のデータベース {place} を使えません({reason})。PostgreSQL が動いているか、IPQA_DATABASE_URL の接続先・利用者・パスワードを確かめてください。使えるようになれば、再起動しなくても元に戻ります。"
    en = (
        "The database of records {place} cannot be used ({reason}). Check that PostgreSQL runs, and address, "
        "user and password in IPQA_DATABASE_URL. Nothing needs a restart once it can be used again."
    )


class RecordUnreadable(RecordsUnavailable):
    """A record is there, but was written by another version, or changed by other means."""

    ja = "{place} の記録({record})は、このバージョンの ipqa では読めません。記録はそのまま残してあります。書き込んだバージョンで開くか、控えから戻してください。"
    en = (
        "A record in {place} cannot be read by this version of ipqa ({record}). It was left as it is: open it "
        "with the version that wrote it, or restore a backup."
    )


class RecordsTooNew(RecordsUnavailable):
    """A later version of ipqa has changed how the records are laid out."""

    ja = "{place} の記録は、より新しいバージョンの ipqa のものです(形式 {found}、このバージョンは {known} まで)。ipqa を更新するか、控えから戻してください。"
    en = (
        "The records in {place} are those of a later version of ipqa (layout {found}; this version knows up to "
        "{known}). Upgrade ipqa, or restore a backup."
    )


class RecordsNotEmpty(IpqaError):
    """Records were to be copied to where there are some already."""

    ja = "{place} にはすでに記録があります。上書きはしません。空のデータベースを IPQA_DATABASE_URL で指定してください。"
    en = "There are records in {place} already. They are not overwritten: name an empty database in IPQA_DATABASE_URL."


class RecordsMissing(IpqaError):
    """Records were to be copied from where there are none."""

    ja = "{place} に記録がありません。コピー元を確かめてください。"
    en = "There are no records in {place}. Check where they are to be copied from."


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

    ja = "処理「{job}」は見つかりません。終わってから時間がたつと一覧から消えます。報告書の一覧で結果を確かめてください。"
    en = "There is no job “{job}”; those that ended a while ago are forgotten. See the list of reports."


class JobAbandoned(IpqaError):
    """The server that a job was given to ended, or fell, before the job was done."""

    ja = "「{file}」の処理は、受け付けたサーバーが途中で止まったため、終わっていません。報告書の一覧で結果を確かめ、必要ならもう一度送ってください。"
    en = (
        "“{file}” was not done with: the server that took it in ended before. See the list of reports, and "
        "send it again if it is not there."
    )


class NoEvaluation(UnknownRecord):
    """No evaluation run lies in the folder of runs."""

    ja = "{folder} に評価の結果がありません。`ipqa eval run 正解つき質問.jsonl --out {folder}/名前` で作成してください。"
    en = "There is no evaluation run in {folder}. Make one with `ipqa eval run GOLD.jsonl --out {folder}/NAME`."
