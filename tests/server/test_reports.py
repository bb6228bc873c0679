"""Reports over HTTP: sent, asked about, replaced, looked at, taken out."""

import re
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import httpx
import pytest
from selectolax.lexbor import LexborHTMLParser

from ipqa.server.upload import safe_name
from ipqa.settings import Settings
from tests.parts import SMALL_REPORT, build_small_index, records_at
from tests.pdf_maker import PdfMaker
from tests.server.running import ended, running, upload

DAIRY = """\
# 白樺乳業の中期計画

## 第1章 新工場

白樺乳業は帯広市に新工場を建設し、{year}年10月に稼働させる計画である。投資額は48億円を見込む。
"""


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("reports")
    corpus = folder / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    made = build_small_index(corpus, folder / "index")
    return made.model_copy(
        update={"database_url": records_at(folder / "records.sqlite3"), "max_report_bytes": 60_000}
    )


@pytest.fixture(scope="module")
def client(settings: Settings) -> Iterator[httpx.Client]:
    with running(settings) as client:
        yield client


def entries(client: httpx.Client) -> dict[str, dict[str, object]]:
    return {entry["id"]: entry for entry in client.get("/api/reports").json()["reports"]}


def answer_to(client: httpx.Client, question: str, report: str) -> dict[str, object]:
    body = {"question": question, "reports": [report]}
    found: dict[str, object] = client.post("/api/ask", json=body).json()
    return found


def test_a_markdown_report_that_was_sent_is_asked_about_cited_and_replaced(
    client: httpx.Client,
) -> None:
    question = "白樺乳業の新工場はいつ稼働しますか"
    job = ended(client, upload(client, "中期計画.md", DAIRY.format(year=2027)))
    assert (job["state"], job["kind"], job["file"]) == ("done", "add", "中期計画.md")
    assert job["progress"] == 1.0
    assert job["sentences"] > 0
    (report,) = job["added"]
    answer = answer_to(client, question, report)
    assert "2027年10月" in str(answer["answer"])
    text = client.get(f"/api/reports/{report}/text").text
    assert answer["citations"]
    for citation in answer["citations"]:  # type: ignore[attr-defined]
        assert citation["report"] == report
        assert text[citation["start"] : citation["end"]] == citation["quote"]

    edition = entries(client)[report]["edition"]
    again = ended(client, upload(client, "中期計画.md", DAIRY.format(year=2027)))
    assert (again["added"], again["replaced"], again["unchanged"]) == ([], [], [report])
    assert entries(client)[report]["edition"] == edition

    changed = ended(client, upload(client, "中期計画.md", DAIRY.format(year=2029)))
    assert (changed["added"], changed["replaced"], changed["unchanged"]) == ([], [report], [])
    assert "2029年10月" in str(answer_to(client, question, report)["answer"])
    assert entries(client)[report]["edition"] != edition


def test_a_pdf_that_was_sent_is_cited_with_its_page(client: httpx.Client) -> None:
    pdf = PdfMaker(title="港湾倉庫の安全報告")
    pdf.heading("第1章 設備")
    pdf.paragraph("港湾倉庫の第三棟では、消火設備の点検を毎年6月に実施している。")
    pdf.page()
    pdf.heading("第2章 訓練")
    pdf.paragraph("避難訓練は年に二回行い、昨年は延べ340名が参加した。訓練の記録は五年間保管する。")
    pdf.page()
    (report,) = ended(client, upload(client, "安全報告.pdf", pdf.bytes()))["added"]
    answer = answer_to(client, "避難訓練には何名が参加しましたか", report)
    assert "340名" in str(answer["answer"])
    assert [c["page"] for c in answer["citations"]] == [2]  # type: ignore[attr-defined]
    entry = entries(client)[report]
    assert (entry["pages"], entry["format"], entry["added"]) == (2, "pdf", True)


def test_the_list_tells_how_well_each_report_was_read(client: httpx.Client) -> None:
    entry = entries(client)["seaweed"]
    outline = client.get("/api/reports/seaweed").json()
    assert entry == {
        "id": "seaweed",
        "title": "海藻事業の報告",
        "source": "seaweed.md",
        "format": "md",
        "edition": outline["edition"],
        "added": False,
        "characters": outline["characters"],
        "pages": None,
        "sections": len(outline["sections"]),
        "tables": 1,
        "references": 2,
        "marks": {"resolved": 2, "ambiguous": 0, "missing": 0},
        "warnings": len(outline["warnings"]),
    }


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("壊れた.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 4, "FileBroken"),
        ("写真.bin", bytes(range(256)) * 8, "NotText"),
        ("空.md", b"", "EmptyReport"),
    ],
)
def test_a_file_that_cannot_be_read_fails_in_both_languages_and_leaves_the_index(
    client: httpx.Client, name: str, content: bytes, kind: str
) -> None:
    before = client.get("/readyz").json()["generation"]
    job = ended(client, upload(client, name, content))
    assert job["state"] == "failed"
    assert job["problem"]["type"] == f"urn:ipqa:problem:{kind}"
    english = client.get(f"/api/jobs/{job['id']}", headers={"accept-language": "en"}).json()
    assert re.match(f"{name} は|{name} に", job["problem"]["detail"])
    assert re.match(f"{name} (is|cannot|holds)", english["problem"]["detail"])
    assert client.get("/readyz").json()["generation"] == before


def test_a_broken_new_version_leaves_the_old_one_in_place(client: httpx.Client) -> None:
    text = "# 月次報告\n\n山吹電機の四月の受注は312件だった。\n"
    (report,) = ended(client, upload(client, "月次報告.md", text))["added"]
    broken = ended(client, upload(client, "月次報告.md", bytes(range(256)) * 8))
    assert broken["state"] == "failed"
    assert "312件" in client.get(f"/api/reports/{report}/text").text


def test_a_file_that_is_too_large_is_refused_at_once_however_it_is_sent(
    client: httpx.Client, settings: Settings
) -> None:
    jobs = len(client.get("/api/jobs").json()["jobs"])
    slightly = upload(client, "報告.md", b"a" * (settings.max_report_bytes + 1))
    assert slightly.json()["detail"].startswith("報告.md は大きすぎます")
    far = upload(client, "報告.md", b"a" * (settings.max_report_bytes * 3))
    request = client.build_request("POST", "/", files={"file": ("報告.md", b"a" * 300_000)})
    request.read()
    pieces = (request.content[i : i + 1000] for i in range(0, len(request.content), 1000))
    kind = {"content-type": request.headers["content-type"]}
    unannounced = client.post("/api/reports", content=pieces, headers=kind)
    assert "content-length" not in unannounced.request.headers
    for response in (slightly, far, unannounced):
        assert response.status_code == 413
        assert response.json()["type"].endswith("FileTooLarge")
    assert len(client.get("/api/jobs").json()["jobs"]) == jobs


@pytest.mark.parametrize(
    "sent",
    [{"data": {"file": "ただの文字列"}}, {"files": {"other": ("x.md", b"x")}}, {"json": {}}, {}],
)
def test_a_form_without_a_file_is_a_problem_that_names_the_field(
    client: httpx.Client, sent: dict[str, object]
) -> None:
    response = client.post("/api/reports", **sent)  # type: ignore[arg-type]
    assert response.status_code == 422
    assert response.json()["errors"] == [{"where": "body.file", "what": "Field required"}]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../x.md", "x.md"),
        ("..\\..\\機密\\x.md", "x.md"),
        ("/etc/passwd", "passwd"),
        ("報告書（案）.md", "報告書（案）.md"),
        ("売上\u202efdp.md", "売上fdp.md"),
        ("a\0b\r\n.md", "ab.md"),
        ("か\u3099いよう.md", "がいよう.md"),
        ("..", "report"),
        ("", "report"),
        (".隠し.md", "隠し.md"),
        ("長" * 300 + ".docx", "長" * 65 + ".docx"),
    ],
)
def test_a_name_is_kept_as_far_as_it_does_no_harm(given: str, kept: str) -> None:
    assert safe_name(given) == kept
    assert len(kept.encode()) <= 200


def test_an_odd_name_leads_no_file_out_of_the_index(
    client: httpx.Client, settings: Settings
) -> None:
    folder = settings.index.parent
    before = {p for p in folder.rglob("*") if settings.index not in p.parents}
    text = "# 議事録\n\n若葉物流は倉庫を二棟増やすことを決めた。\n"
    job = ended(client, upload(client, "../../若葉\u202e（案）.md", text))
    assert job["file"] == "若葉（案）.md"
    (report,) = job["added"]
    assert entries(client)[report]["source"] == "若葉（案）.md"
    assert {p for p in folder.rglob("*") if settings.index not in p.parents} == before


@pytest.mark.parametrize(("language", "heading"), [("ja", "見出し"), ("en", "Outline")])
def test_the_inspection_page_has_no_script_and_a_policy_for_its_style_alone(
    client: httpx.Client, language: str, heading: str
) -> None:
    response = client.get(f"/api/reports/seaweed/inspection?language={language}")
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    page = LexborHTMLParser(response.text)
    assert page.css_first("script") is None
    assert page.css_first("nav h2").text() == heading  # type: ignore[union-attr]
    style = page.css_first("style").text()  # type: ignore[union-attr]
    policy = response.headers["content-security-policy"]
    hashed = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src-elem 'sha256-{hashed}';" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy


def test_the_inspection_page_follows_the_language_of_the_browser(client: httpx.Client) -> None:
    english = client.get("/api/reports/seaweed/inspection", headers={"accept-language": "en"})
    assert '<html lang="en">' in english.text
    assert client.get("/api/reports/無い/inspection").status_code == 404


def test_reports_are_taken_out_but_never_the_last(tmp_path: Path) -> None:
    corpus = tmp_path / "corpus"
    corpus.mkdir()
    (corpus / "seaweed.md").write_text(SMALL_REPORT, encoding="utf-8")
    with running(build_small_index(corpus, tmp_path / "index")) as client:
        refused = client.delete("/api/reports/seaweed")
        assert (refused.status_code, refused.json()["type"]) == (409, "urn:ipqa:problem:LastReport")
        assert client.delete("/api/reports/無い").status_code == 404

        (sent,) = ended(client, upload(client, "計画.md", DAIRY.format(year=2027)))["added"]
        job = ended(client, client.delete("/api/reports/seaweed"))
        assert (job["kind"], job["state"], job["file"]) == ("remove", "done", "seaweed.md")
        assert (job["removed"], job["returns_with_build"]) == (["seaweed"], True)
        assert list(entries(client)) == [sent]
        assert client.get("/api/reports/seaweed").status_code == 404

        ended(client, upload(client, "海藻.md", SMALL_REPORT))
        job = ended(client, client.delete(f"/api/reports/{sent}"))
        assert (job["removed"], job["returns_with_build"]) == ([sent], False)
