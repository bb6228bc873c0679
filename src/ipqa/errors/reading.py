"""Files and addresses that cannot be read as reports."""

from ipqa.errors.base import IpqaError


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

    ja = "{path} は{format}として開けません({reason_ja})。壊れている可能性があります。元のファイルを確かめるか、保存し直してください。"
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


class ReadingTooSlow(ReadError):
    """Reading a file took longer than the setting allows, and was ended."""

    ja = "{path} は {limit} 秒かけても読み終わらないため、中止しました。分割するか IPQA_MAX_REPORT_SECONDS を上げてください。"
    en = (
        "{path} was not read within {limit} seconds, and reading was stopped. Split it or raise "
        "IPQA_MAX_REPORT_SECONDS."
    )


class ReadingTooHeavy(ReadError):
    """Reading a file took more memory than the setting allows, and was ended."""

    ja = "{path} を読むのに必要なメモリが上限({limit:,} バイト)を超えたため、中止しました。分割するか IPQA_MAX_REPORT_MEMORY を上げてください。"
    en = (
        "Reading {path} took more memory than the limit ({limit:,} bytes), and was stopped. Split it or "
        "raise IPQA_MAX_REPORT_MEMORY."
    )


class ReadingCrashed(ReadError):
    """The process that read a file fell over it."""

    ja = "{path} を読むプロセスが途中で落ちました({reason})。別の形式で保存し直すか、メモリの上限 IPQA_MAX_REPORT_MEMORY(現在 {limit:,} バイト)を上げてください。"
    en = (
        "The process that read {path} fell over it ({reason}). Save the file in another format, or raise "
        "the limit of memory, IPQA_MAX_REPORT_MEMORY (now {limit:,} bytes)."
    )


class WorkerLost(ReadError):
    """Every worker that a report was given to was lost over it."""

    ja = "{path} を読み取るワーカーが {times} 回続けて失われました({reason})。ワーカーのメモリが足りているかを確かめてから、`ipqa build` をもう一度実行してください。"
    en = (
        "The worker that was reading {path} was lost {times} times in a row ({reason}). Check that workers have "
        "memory enough, then run `ipqa build` again."
    )


class CopyDamaged(ReadError):
    """The library's copy of an added report is not what was added."""

    ja = "{path} の控え {copy} が壊れているか、なくなっています。元のファイルを `ipqa add` でもう一度加えてください。"
    en = "The copy {copy} of {path} is damaged or missing. Add the original file again with `ipqa add`."


class AddressRefused(ReadError):
    """An address that reports are not fetched from."""

    ja = "{url} は取り込めません({reason_ja})。ページを保存してからファイルを渡してください。"
    en = "{url} is not fetched: {reason}. Save the page and hand over the file."


class DownloadFailed(ReadError):
    """There is no file to be had at an address."""

    ja = "{url} を取得できません({reason})。アドレスとネットワークを確かめるか、ブラウザーで保存してからファイルを渡してください。"
    en = "{url} cannot be fetched ({reason}). Check the address and the network, or save the file in a browser."
