"""Models, settings, packages and addresses that ipqa needs to run."""

from ipqa.errors.base import IpqaError


class ModelUnavailable(IpqaError):
    """A model cannot be loaded."""

    ja = "埋め込みモデル「{model}」を読み込めません({reason})。IPQA_EMBEDDING_MODEL の名前かフォルダを確かめてください。"
    en = (
        "The embedding model “{model}” cannot be loaded ({reason}). "
        "Check the name or folder in IPQA_EMBEDDING_MODEL."
    )


class ModelUnreachable(ModelUnavailable):
    """The server that embeds texts does not answer."""

    ja = "サーバー {url} に、テキストの埋め込み(モデル「{model}」)を依頼できません({reason})。動いているか、IPQA_EMBEDDING_BASE_URL と IPQA_EMBEDDING_MODEL が正しいかを確かめてください。"
    en = (
        "The server {url} cannot be asked to embed texts with “{model}” ({reason}). Check that it runs, "
        "IPQA_EMBEDDING_BASE_URL and IPQA_EMBEDDING_MODEL."
    )


class ShippedModelUnavailable(ModelUnavailable):
    """A model that is installed with ipqa cannot be loaded."""

    ja = "ipqa に付属のモデル「{model}」を読み込めません({reason})。`pip install --force-reinstall ipqa` で入れ直してください。"
    en = (
        "The model “{model}” that is installed with ipqa cannot be loaded ({reason}). "
        "Install it anew: `pip install --force-reinstall ipqa`."
    )


class ShippedModelChanged(ShippedModelUnavailable):
    """A file of a model that is installed with ipqa is not the one that was shipped."""

    ja = "ipqa に付属のモデルのファイル {file} が配布時の内容と違います。`pip install --force-reinstall ipqa` で入れ直してください。"
    en = (
        "The file {file} of the models that are installed with ipqa is not what was shipped. Install it "
        "anew: `pip install --force-reinstall ipqa`."
    )


class DictionaryUnavailable(IpqaError):
    """The dictionary that cuts Japanese into words cannot be used."""

    ja = "日本語の辞書 sudachidict-core を使えません({reason})。`pip install --force-reinstall sudachidict-core` で入れ直してください。"
    en = (
        "The Japanese dictionary sudachidict-core cannot be used ({reason}). Install it anew: "
        "`pip install --force-reinstall sudachidict-core`."
    )


class NotReady(IpqaError):
    """The server cannot answer questions now; why is for those to know who run it."""

    ja = "このサーバーは、いまは質問に答えられません。しばらくしてからもう一度試し、続くときは管理者に知らせてください。"
    en = (
        "This server cannot answer questions now. Try again in a while; if it goes on, tell whoever runs "
        "the server."
    )


class RecordsNotReady(NotReady):
    """The server cannot reach its records, by which it knows who asks; where they are is not for all to know."""

    ja = "このサーバーは、いま利用者の記録に届かないため、要求を受け付けられません。しばらくしてからもう一度試し、続くときは管理者に知らせてください。"
    en = (
        "This server cannot reach its records now, and does nothing without them. Try again in a while; if it "
        "goes on, tell whoever runs the server."
    )


class EndpointUnreachable(IpqaError):
    """The language model's endpoint does not answer."""

    ja = "言語モデルの接続先 {url} に問い合わせられません({reason})。動いているか、IPQA_LLM_BASE_URL と IPQA_LLM_API_KEY を確かめてください。"
    en = (
        "The language model's endpoint {url} cannot be asked ({reason}). Check that it runs, "
        "IPQA_LLM_BASE_URL and IPQA_LLM_API_KEY."
    )


class ClusterUnavailable(IpqaError):
    """The Ray cluster that is to read and embed reports cannot be used."""

    ja = "Ray クラスター {address} を使えません({reason})。クラスターが動いているか、環境変数 RAY_ADDRESS が正しいか、どのノードにもこれと同じ版の ipqa が `pip install 'ipqa[ray]'` で入っているかを確かめて、もう一度実行してください。読み終えた報告書は読み直しません。"
    en = (
        "The Ray cluster {address} cannot be used ({reason}). Check that it runs, that RAY_ADDRESS is right, and that "
        "each node has this version of ipqa by `pip install 'ipqa[ray]'`, then run the command again; reports that "
        "were read are not read again."
    )


class DiskNearlyFull(IpqaError):
    """A new generation of the index may not find room."""

    ja = "{folder} の空き容量は {free:,} バイトで、索引({size:,} バイト)を作り直すには足りないおそれがあります。不要なファイルを消すか、IPQA_INDEX で別の場所を指定してください。"
    en = (
        "{folder} has {free:,} bytes free, which may not do to rebuild the index ({size:,} bytes). Delete "
        "what is not needed, or name another place in IPQA_INDEX."
    )


class FileNotWritable(IpqaError):
    """A file that the user asked for cannot be written."""

    ja = "{path} に書き込めません({reason})。書き込みの権限と空き容量を確かめるか、別の場所を指定してください。"
    en = "{path} cannot be written ({reason}). Check permissions and free space, or name another place."


class ExtraMissing(IpqaError):
    """A feature needs packages that are not installed."""

    ja = "この機能には {packages} が必要です。`pip install 'ipqa[{extra}]'` で入れてください。"
    en = "This needs {packages}. Install it with `pip install 'ipqa[{extra}]'`."


class BadSetting(IpqaError):
    """An environment variable or an option has a value that cannot be used."""

    ja = "設定 {names} の値が正しくありません({reason})。値を直すか、設定を外してください。"
    en = "The value of {names} cannot be used ({reason}). Correct it, or leave it unset."


class SettingReplaced(BadSetting):
    """A setting of earlier versions is set, which another one has taken the place of."""

    ja = "設定 {old} はなくなりました。代わりに {new} を設定し、{old} を外してください。"
    en = "The setting {old} is no more. Set {new} in its place, and leave {old} unset."


class AddressInUse(IpqaError):
    """The server cannot listen on the address."""

    ja = "{host}:{port} で待ち受けられません({reason})。`--port` で別の番号を指定してください。"
    en = "Cannot listen on {host}:{port} ({reason}). Name another port with `--port`."
