"""An index that cannot be opened, or cannot be written."""

from ipqa.errors.base import IpqaError


class IndexProblem(IpqaError):
    """The index cannot be opened, or cannot be written."""


class IndexMissing(IndexProblem):
    """There is no index in the folder."""

    ja = "{folder} に索引がありません。`{remedy}` で作成してください。"
    en = "There is no index in {folder}. Make one with `{remedy}`."


class IndexDamaged(IndexProblem):
    """A file of the index is missing, torn or changed."""

    ja = "索引 {folder} が壊れています({reason_ja})。`{remedy}` で作り直してください。"
    en = "The index in {folder} is damaged ({reason}). Rebuild it with `{remedy}`."


class IndexMismatch(IndexProblem):
    """The index was built with other settings than those in force."""

    ja = "索引 {folder} は別の設定で作られています({difference})。設定を戻すか、`{remedy}` で作り直してください。"
    en = (
        "The index in {folder} was built with other settings ({difference}). "
        "Go back to those or rebuild with `{remedy}`."
    )


class IndexTooOld(IndexMismatch):
    """The index was laid out by an earlier version of ipqa in another way."""

    ja = "索引 {folder} は以前の版の ipqa で作られています(形式 {found}、この版は {known})。`{remedy}` で作り直してください。追加した報告書は控えから読み直すので、失われません。"
    en = (
        "The index in {folder} was made by an earlier ipqa (format {found}, this one has {known}). Make it "
        "anew with `{remedy}`; what was added is read again from its copies, so nothing is lost."
    )


class CanaryFailed(IndexProblem):
    """What a report says is not found in the index, whose files are all as they were written."""

    ja = "索引 {folder} は動作確認に通りませんでした(報告書 {report}: {reason_ja})。`ipqa doctor` で原因を調べて直してから、`{remedy}` で作り直してください。"
    en = (
        "The index in {folder} did not pass its check (report {report}: {reason}). Find out why with "
        "`ipqa doctor`, then rebuild with `{remedy}`."
    )


class IndexTooNew(IndexProblem):
    """The index was written by a later version of ipqa."""

    ja = "索引 {folder} は新しい版の ipqa で作られています(形式 {found}、この版は {known} まで)。この索引には手を加えません。ipqa を更新するか、`{remedy}` で別の索引を作ってください。"
    en = (
        "The index in {folder} was made by a newer ipqa (format {found}, this one reads up to {known}) and is "
        "left as it is. Upgrade ipqa, or make another index with `{remedy}`."
    )


class IndexNotWritable(IndexProblem):
    """The index folder cannot be written to."""

    ja = "索引 {folder} に書き込めません({reason})。書き込みの権限と空き容量を確かめるか、`--index` で別のフォルダを指定してください。"
    en = (
        "The index folder {folder} cannot be written ({reason}). Check permissions and free space, "
        "or name another folder with `--index`."
    )


class IndexBusy(IndexProblem):
    """Another process writes to the index."""

    ja = "索引 {folder} は別の ipqa が更新しています。終わってからもう一度実行してください。"
    en = "Another ipqa is updating the index in {folder}. Try again when it has finished."


class IndexUnreachable(IndexProblem):
    """What searches the index is another program, and that cannot be asked."""

    ja = "索引を検索する {address} に問い合わせられません({reason})。動いているか、IPQA_INDEX_URL が正しいかを確かめてください。動き始めれば、ipqa を再起動しなくても元に戻ります。"
    en = (
        "{address}, which searches the index, cannot be asked ({reason}). Check that it runs, and "
        "IPQA_INDEX_URL; once it answers, ipqa goes on without being started anew."
    )


class NoGenerationBefore(IndexProblem):
    """There is no generation to go back to."""

    ja = "索引 {folder} には、戻せる前の世代がありません。報告書の今の内容に合わせるには `{remedy}` を実行してください。"
    en = (
        "The index in {folder} has no generation before the one in force. To bring it up to date with "
        "the reports, run `{remedy}`."
    )


class LastReport(IndexProblem):
    """An index without a report would answer nothing."""

    ja = "{report} は最後の報告書なので外せません。別の報告書を `ipqa add` してから外すか、索引のフォルダ {folder} を削除してください。"
    en = "{report} is the last report. Add another with `ipqa add` first, or delete the index folder {folder}."


class EmptyCorpus(IndexProblem):
    """There is nothing to index."""

    ja = "{path} に読める報告書がありません。PDF、Word、PowerPoint、HTML、Markdown、テキストのどれかのファイルを置いてください。"
    en = (
        "There is no readable report in {path}. Put a PDF, Word, PowerPoint, HTML, Markdown or text "
        "file there."
    )
