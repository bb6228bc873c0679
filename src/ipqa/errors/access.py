"""API keys that are missing, wrong or not enough, and requests that a server does not take."""

from ipqa.errors.base import IpqaError


class AccessError(IpqaError):
    """The server does not do what was asked for whoever asked it."""


class KeyNeeded(AccessError):
    """The server wants an API key, and none came."""

    ja = "このサーバーを使うには API キーが必要です。`Authorization: Bearer キー` を付けて送ってください。キーは管理者が `ipqa keys add 名前` で発行します。"
    en = (
        "This server needs an API key. Send it as `Authorization: Bearer KEY`; whoever runs the server "
        "makes one with `ipqa keys add NAME`."
    )


class KeyRefused(AccessError):
    """The API key that came is none of this server."""

    ja = "この API キーは使えません。削除されたか、写し間違いの可能性があります。キーを確かめるか、管理者に新しいキーを発行してもらってください。"
    en = (
        "This API key is not accepted. It may have been removed, or copied wrongly. Check it, or ask "
        "whoever runs the server for a new one."
    )


class AdminNeeded(AccessError):
    """What was asked for is left to keys of the role admin."""

    ja = "この操作には管理者(admin)の API キーが必要です。管理者に依頼するか、管理者のキーで送ってください。"
    en = "This needs an API key of the role admin. Ask whoever has one, or send it with such a key."


class EveryReportNeeded(AccessError):
    """What tells of all reports was asked for with a key that may read some of them."""

    ja = "{what} には、すべての報告書を読める API キーが必要です。`--report` を付けずに発行したキーを使ってください。質問だけなら、このキーでも HTTP API (`POST /api/ask`) から送れます。"
    en = (
        "{what} needs an API key that may read every report. Use one made without `--report`; with this "
        "one, questions can be asked over the HTTP API (`POST /api/ask`)."
    )


class NothingToRead(AccessError):
    """None of the reports that a key may read is in the index."""

    ja = "この API キーで読める報告書が、いまは索引にありません。管理者にキーを発行し直してもらってください。"
    en = (
        "None of the reports that this API key may read is in the index now. Ask whoever runs the server "
        "for another key."
    )


class TooManyRequests(AccessError):
    """More was asked in a short time than the settings allow."""

    ja = "リクエストが多すぎます。{seconds} 秒ほど待ってから、もう一度送ってください。"
    en = "Too many requests. Send it again in about {seconds} seconds."


class ServerBusy(TooManyRequests):
    """So many questions are under way and waiting that no further one is taken in."""

    ja = "いまは質問が混み合っています。{seconds} 秒ほど待ってから、もう一度送ってください。"
    en = "Too many questions are being answered now. Send it again in about {seconds} seconds."


class TooManyConnections(TooManyRequests):
    """So many clients are connected that no further one is served."""

    ja = "いまはサーバーへの接続が多すぎます。{seconds} 秒ほど待ってから、もう一度送ってください。"
    en = "Too many clients are connected to the server now. Send it again in about {seconds} seconds."


class RequestTooLarge(AccessError):
    """A request, other than a file, is larger than any that the server has a use for."""

    ja = "リクエストが大きすぎます(上限は {limit:,} バイト)。内容を分けて送ってください。"
    en = "The request is too large; {limit:,} bytes is the limit. Send it in parts."


class HostRefused(AccessError):
    """A request names a host that this server does not answer for."""

    ja = "このサーバーは「{host}」という名前では応答しません。127.0.0.1 などのアドレスで開くか、その名前を IPQA_ALLOWED_HOSTS に加えてください。"
    en = (
        "This server does not answer under the name “{host}”. Open it by its address, such as 127.0.0.1, "
        "or add the name to IPQA_ALLOWED_HOSTS."
    )


class NoKeys(AccessError):
    """The server was to listen beyond this machine, and no key protects it."""

    ja = "{host} で待ち受けるには API キーが必要ですが、まだ一つもありません。先に `{remedy}` を実行してください。"
    en = (
        "To listen on {host} there must be an API key, and there is none yet. First run `{remedy}`."
    )


class KeyExists(AccessError):
    """A key of that name is there already."""

    ja = "「{name}」というキーはすでにあります。別の名前にするか、`ipqa keys remove` で削除してから作り直してください。"
    en = "There is a key “{name}” already. Choose another name, or remove that one first with `ipqa keys remove`."


class UnknownKey(AccessError):
    """There is no key of that name."""

    ja = "「{name}」というキーはありません。`ipqa keys list` で名前を確かめてください。"
    en = "There is no key “{name}”. See the names with `ipqa keys list`."


class BadKey(AccessError):
    """A key cannot be made as it was asked for."""

    ja = "キーを作れません({reason_ja})。直してからもう一度実行してください。"
    en = "The key cannot be made: {reason}. Correct it and run again."
