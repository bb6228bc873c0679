"""Every error a user can meet, on one page.

    IpqaError
    ├── QuestionError        the question cannot be asked as it stands
    │   ├── EmptyQuestion · NoWordsInQuestion · QuestionTooLong
    │   └── UnknownReport · ModeUnavailable
    ├── ReadError            a file cannot be read as a report
    │   ├── FileMissing · FileUnreadable · NotText · UnknownEncoding · BrokenUtf8
    │   ├── FormatNotReadable · FileBroken · PasswordNeeded · NoTextLayer
    │   ├── EmptyReport · NothingInFolder · FileTooLarge · UnpacksTooLarge
    │   └── AddressRefused · DownloadFailed
    ├── IndexProblem          the index cannot be opened, or cannot be written
    │   ├── IndexMissing · IndexDamaged · IndexMismatch · IndexTooNew
    │   └── IndexNotWritable · IndexBusy · EmptyCorpus · LastReport
    ├── FileNotWritable      a file that was asked for cannot be written
    ├── AnswersUnreadable    a file of saved answers is none
    ├── BadGold              gold questions that cannot be measured against
    ├── RunUnreadable        a folder holds no evaluation run
    ├── BadAnswers · BadThreshold   what an evaluation is given cannot be read
    ├── JudgeUnavailable     the model that is to judge answers cannot be asked
    ├── FeedbackUnavailable  the file that keeps feedback cannot be used
    ├── ExtraMissing         a feature needs packages that are not installed
    ├── ModelUnavailable     the embedding model cannot be loaded
    ├── BadSetting           an environment variable or option has no valid value
    └── AddressInUse         the server cannot listen where it was told to

Each says what happened, to what, and what to do next, in Japanese and in English; the faces (command
line, HTTP, page) choose the language and nothing else.
"""

from typing import ClassVar, Literal

Language = Literal["ja", "en"]


class IpqaError(Exception):
    """Base of all errors that are told to the user; never raised itself.

    Args:
        details: the values that the message templates name, such as ``path`` or ``limit``.
    """

    ja: ClassVar[str]
    en: ClassVar[str]

    def __init__(self, **details: object) -> None:
        self.details = details
        super().__init__(self.message("en"))

    def message(self, language: Language) -> str:
        """The message in the given language, with its details filled in."""
        template = self.ja if language == "ja" else self.en
        return template.format_map(self.details)


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

    ja = "回答方式「{mode}」はこの環境では使えません。extractive か auto を指定してください。"
    en = "The answering mode “{mode}” is not available here. Ask with extractive or auto."


class ReadError(IpqaError):
    """A file cannot be read as a report."""


class FileMissing(ReadError):
    """The path does not exist."""

    ja = "{path} が見つかりません。パスを確かめてください。"
    en = "{path} does not exist. Check the path."


class FileUnreadable(ReadError):
    """The operating system refused to hand over the file."""

    ja = "{path} を開けません({reason})。読み取りの権限を確かめてください。"
    en = "{path} cannot be opened ({reason}). Check that you may read it."


class NotText(ReadError):
    """The bytes are not text."""

    ja = "{path} はテキストではありません(バイナリファイルのようです)。PDF、Word(.docx)、PowerPoint(.pptx)、HTML、Markdown、テキストのどれかで保存し直してください。"
    en = (
        "{path} is not text (it looks like a binary file). Save it as PDF, Word (.docx), PowerPoint "
        "(.pptx), HTML, Markdown or text."
    )


class UnknownEncoding(ReadError):
    """The bytes are text in no encoding that ipqa reads."""

    ja = "{path} の文字コードが分かりません。UTF-8、Shift_JIS、EUC-JP のどれかで保存し直してください。"
    en = "The encoding of {path} is unknown. Save it as UTF-8, Shift_JIS or EUC-JP."


class BrokenUtf8(ReadError):
    """The bytes are UTF-8 with a few that are not."""

    ja = "{path} は UTF-8 ですが、{position:,} バイト目あたりが壊れています。その箇所を直すか、元のファイルから保存し直してください。"
    en = "{path} is UTF-8 but broken near byte {position:,}. Mend that place or save the file anew."


class FormatNotReadable(ReadError):
    """A known format that has no reader."""

    ja = "{path} は{format}形式で、読めません。PDF、Word(.docx)、PowerPoint(.pptx)、HTML、Markdown、テキストのどれかで保存し直してください。"
    en = (
        "{path} is a {format} file, which cannot be read. Save it as PDF, Word (.docx), PowerPoint "
        "(.pptx), HTML, Markdown or text."
    )


class FileBroken(ReadError):
    """The file says that it is of a format, but it cannot be opened as one."""

    ja = "{path} は{format}として開けません({reason})。壊れている可能性があります。元のファイルを確かめるか、保存し直してください。"
    en = "{path} cannot be opened as {format} ({reason}). It may be damaged: check it, or save it anew."


class PasswordNeeded(ReadError):
    """The file is encrypted."""

    ja = "{path} はパスワードで保護されています。パスワードを外して保存し直してから渡してください。"
    en = "{path} is protected by a password. Save a copy without the password and hand that over."


class NoTextLayer(ReadError):
    """A PDF that consists of images."""

    ja = "{path} には文字の情報がありません({pages}ページすべてが画像とみられます)。`ocrmypdf -l jpn 元.pdf 文字入り.pdf` などのOCRで文字を付けてから渡してください。"
    en = (
        "{path} holds no text (all {pages} pages seem to be images). Add a text layer by OCR first, for "
        "example with `ocrmypdf -l jpn scan.pdf with-text.pdf`."
    )


class EmptyReport(ReadError):
    """The file holds no text."""

    ja = "{path} に本文がありません。中身を確かめてください。"
    en = "{path} holds no text. Check what is in it."


class NothingInFolder(ReadError):
    """A folder holds no file that could be a report."""

    ja = "{path} に読める報告書がありません。PDF、Word、PowerPoint、HTML、Markdown、テキストのどれかのファイルを置いてください。"
    en = (
        "There is no readable report in {path}. Put a PDF, Word, PowerPoint, HTML, Markdown or text "
        "file there."
    )


class FileTooLarge(ReadError):
    """The file is larger than the setting allows."""

    ja = "{path} は大きすぎます({size:,} バイト、上限 {limit:,})。分割するか IPQA_MAX_REPORT_BYTES を上げてください。"
    en = "{path} is too large ({size:,} bytes, limit {limit:,}). Split it or raise IPQA_MAX_REPORT_BYTES."


class UnpacksTooLarge(ReadError):
    """A compressed file that would unpack to more than can be read (a zip bomb)."""

    ja = "{path} は展開すると大きくなりすぎます({size:,} バイト、上限 {limit:,})。信頼できるファイルか確かめ、分割して渡してください。"
    en = (
        "{path} would unpack to too much ({size:,} bytes, limit {limit:,}). Check that you trust the "
        "file, and split it."
    )


class AddressRefused(ReadError):
    """An address that reports are not fetched from."""

    ja = "{url} は取り込めません({reason_ja})。ページを保存してからファイルを渡してください。"
    en = "{url} is not fetched: {reason}. Save the page and hand over the file."


class DownloadFailed(ReadError):
    """There is no file to be had at an address."""

    ja = "{url} を取得できません({reason})。アドレスとネットワークを確かめるか、ブラウザーで保存してからファイルを渡してください。"
    en = "{url} cannot be fetched ({reason}). Check the address and the network, or save the file in a browser."


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


class IndexTooNew(IndexProblem):
    """The index was written by a later version of ipqa."""

    ja = "索引 {folder} は新しい版の ipqa で作られています(形式 {found}、この版は {known} まで)。ipqa を更新するか `{remedy}` で作り直してください。"
    en = (
        "The index in {folder} was made by a newer ipqa (format {found}, this one reads up to "
        "{known}). Upgrade ipqa or rebuild with `{remedy}`."
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


class ModelUnavailable(IpqaError):
    """The embedding model cannot be loaded."""

    ja = "埋め込みモデル「{model}」を読み込めません({reason})。IPQA_EMBEDDING_MODEL の名前かフォルダを確かめてください。"
    en = (
        "The embedding model “{model}” cannot be loaded ({reason}). "
        "Check the name or folder in IPQA_EMBEDDING_MODEL."
    )


class FileNotWritable(IpqaError):
    """A file that the user asked for cannot be written."""

    ja = "{path} に書き込めません({reason})。書き込みの権限と空き容量を確かめるか、別の場所を指定してください。"
    en = "{path} cannot be written ({reason}). Check permissions and free space, or name another place."


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


class BadThreshold(IpqaError):
    """A threshold on the command line is not METRIC=VALUE."""

    ja = "基準「{given}」が読めません。all_facts=0.8 のように、指標の名前と数値を = でつないでください。"
    en = "The threshold “{given}” cannot be read. Write it as all_facts=0.8."


class ExtraMissing(IpqaError):
    """A feature needs packages that are not installed."""

    ja = "この機能には {packages} が必要です。`pip install 'ipqa[{extra}]'` で入れてください。"
    en = "This needs {packages}. Install it with `pip install 'ipqa[{extra}]'`."


class JudgeUnavailable(IpqaError):
    """The language model that is to judge answers cannot be asked."""

    ja = "採点用のモデル「{model}」({url})に問い合わせられません({reason})。アドレスとモデル名を確かめてください。"
    en = "The judge “{model}” at {url} cannot be asked ({reason}). Check the address and the model's name."


class FeedbackUnavailable(IpqaError):
    """The file that keeps feedback cannot be read or written."""

    ja = "フィードバックの保存先 {path} を使えません({reason})。書き込みの権限と空き容量を確かめるか、IPQA_FEEDBACK で別のファイルを指定してください。"
    en = (
        "The feedback file {path} cannot be used ({reason}). Check permissions and free space, or name "
        "another file in IPQA_FEEDBACK."
    )


class BadSetting(IpqaError):
    """An environment variable or an option has a value that cannot be used."""

    ja = "設定 {names} の値が正しくありません({reason})。値を直すか、設定を外してください。"
    en = "The value of {names} cannot be used ({reason}). Correct it, or leave it unset."


class AddressInUse(IpqaError):
    """The server cannot listen on the address."""

    ja = "{host}:{port} で待ち受けられません({reason})。`ipqa serve --port` で別の番号を指定してください。"
    en = "Cannot listen on {host}:{port} ({reason}). Name another port with `ipqa serve --port`."
