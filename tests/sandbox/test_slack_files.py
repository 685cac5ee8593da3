"""Files of the app: upload with Slack's own client, sharing, download."""

from __future__ import annotations

import io
import json
from typing import Any

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.clock import SandboxClock
from sandbox.slack import Slack
from tests.sandbox.slack_app import Browser, refusal, section

PICTURE = b"\x89PNG\r\n\x1a\n a chart"
INVITATION = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


@pytest.fixture(autouse=True)
def _granted(slack: Slack) -> None:
    """The scopes of an app that sends and reads files."""
    slack.scopes |= {"files:write", "files:read", "im:write"}


async def promised(web: AsyncWebClient, content: bytes, name: str = "people.csv", **more: Any) -> dict[str, str]:
    """The upload URL of a file, and its id."""
    answer = await web.files_getUploadURLExternal(filename=name, length=len(content), **more)
    return {"upload_url": answer["upload_url"], "file_id": answer["file_id"]}


async def test_file_is_promised_uploaded_and_shared_in_a_dm(slack: Slack, web: AsyncWebClient) -> None:
    """files_upload_v2 works end to end: one message with the comment and the file, with the bytes that were sent."""
    dm = (await web.conversations_open(users="U0ANA"))["channel"]["id"]
    answer = await web.files_upload_v2(
        channel=dm, filename="launch.ics", content=INVITATION, title="Launch day", initial_comment="Your seat."
    )
    (message,) = slack.messages("@ana")
    (file,) = message.files
    assert (message.text, message.user, file.name, file.title) == (
        "Your seat.",
        "U0GREENROOM",
        "launch.ics",
        "Launch day",
    )
    assert (file.content, file.size) == (INVITATION, len(INVITATION))
    assert answer["file"]["id"] == file.id
    assert [one.ts for one in slack.accepted()] == [message.ts]
    assert [call.method for call in slack.calls[1:]] == [
        "files.getUploadURLExternal",
        "upload",
        "files.completeUploadExternal",
    ]


async def test_several_files_stand_in_one_message(slack: Slack, web: AsyncWebClient) -> None:
    """In a channel, optionally in a thread, with blocks instead of a comment; each with its alt text."""
    parent = (await web.chat_postMessage(channel="C0LAUNCH", text="card"))["ts"]
    uploads: list[dict[str, Any]] = [
        {"filename": "chart.png", "content": PICTURE, "alt_txt": "Half of the seats are taken"},
        {"filename": "notes", "content": "plain words"},
    ]
    answer = await web.files_upload_v2(
        channel="C0LAUNCH", file_uploads=uploads, thread_ts=parent, blocks=json.dumps([section("How it goes")])
    )
    message = slack.messages("#launch")[-1]
    assert (message.thread_ts, message.words, len(answer["files"])) == (parent, "How it goes", 2)
    assert [(f.name, f.alt_text, f.content) for f in message.files] == [
        ("chart.png", "Half of the seats are taken", PICTURE),
        ("notes", "", b"plain words"),
    ]


async def test_file_is_shared_in_several_places_or_in_none(slack: Slack, web: AsyncWebClient) -> None:
    """`channels` accepts users too; without any the file is stored and not shared."""
    await web.files_upload_v2(channels=["C0LAUNCH", "U0BEN"], filename="a.txt", content="a")
    assert [slack.messages(place)[0].files[0].name for place in ("#launch", "@ben")] == ["a.txt", "a.txt"]
    alone = await web.files_upload_v2(filename="b.txt", content="b")
    info = (await web.files_info(file=alone["file"]["id"]))["file"]
    assert (info["shares"], info["is_public"], len(slack.accepted())) == ({}, False, 2)


async def test_files_info_knows_what_completing_did_not_yet(slack: Slack, web: AsyncWebClient) -> None:
    """Slack processes a file after the response: type and shares are in files.info, not in the first response."""
    told = (await web.files_upload_v2(channel="C0LAUNCH", filename="Chart.PNG", content=PICTURE, alt_txt="Up"))["file"]
    assert (told["mimetype"], told["filetype"], told["channels"]) == ("", "", [])
    info = (await web.files_info(file=told["id"]))["file"]
    message = slack.messages("#launch")[0]
    assert (info["mimetype"], info["filetype"], info["alt_txt"], info["size"]) == (
        "image/png",
        "png",
        "Up",
        len(PICTURE),
    )
    assert (info["channels"], info["shares"]) == (["C0LAUNCH"], {"public": {"C0LAUNCH": [{"ts": message.ts}]}})
    assert await refusal(web.files_info(file="F0NOTHING")) == "file_not_found"


async def test_bytes_come_raw_or_as_a_form_and_once(slack: Slack, web: AsyncWebClient) -> None:
    """Exactly the announced size, at the upload URL, one time."""
    raw, form, short = [await promised(web, b"a,b") for _ in range(3)]
    multipart = aiohttp.FormData()
    multipart.add_field("filename", b"a,b", filename="people.csv")
    async with aiohttp.ClientSession() as http:

        async def send(where: dict[str, str], data: Any, wrong: str = "") -> int:
            async with http.post(where["upload_url"] + wrong, data=data) as answer:
                return answer.status

        assert [await send(raw, b"a,b"), await send(form, multipart)] == [200, 200]
        assert [await send(raw, b"a,b"), await send(short, b"a"), await send(short, b"a,b", "x")] == [404, 400, 404]
        async with http.get(short["upload_url"]) as answer:
            assert answer.status == 405
    done = await web.files_completeUploadExternal(files=[{"id": raw["file_id"]}, {"id": form["file_id"], "title": "T"}])
    assert [file["title"] for file in done["files"]] == ["people.csv", "T"]
    assert await refusal(web.files_completeUploadExternal(files=[{"id": short["file_id"]}])) == "file_not_found"
    assert await refusal(web.files_completeUploadExternal(files=[{"id": raw["file_id"]}])) == "file_not_found"


async def test_large_file_is_taken_whole(slack: Slack, web: AsyncWebClient) -> None:
    """As large as a form allows."""
    content = bytes(slack.limits.form_file_bytes)
    file = await promised(web, content)
    async with aiohttp.ClientSession() as http, http.post(file["upload_url"], data=io.BytesIO(content)) as answer:
        assert answer.status == 200
    await web.files_completeUploadExternal(files=[{"id": file["file_id"]}], channel_id="C0LAUNCH")
    assert slack.messages("#launch")[0].files[0].content == content


async def test_upload_url_is_refused_for_nothing_and_for_too_much(slack: Slack, web: AsyncWebClient) -> None:
    """An empty file, texts that are too long, a snippet that is too large."""
    slack.limits.snippet_bytes = 10
    assert await refusal(promised(web, b"")) == "missing_argument"
    assert await refusal(promised(web, b"x", alt_txt="x" * 1001)) == "alt_txt_too_large"
    assert await refusal(promised(web, b"x" * 11, snippet_type="text")) == "snippet_too_large"
    fine = await promised(web, b"x" * 11, alt_txt="x" * 1000)
    assert fine["upload_url"].startswith(f"{slack.url}/upload/v1/")


async def test_file_goes_nowhere_it_may_not_go(slack: Slack, web: AsyncWebClient) -> None:
    """channel_id is never a user; the app must be in the channel, also with chat:write.public."""
    file = await promised(web, b"x")
    async with aiohttp.ClientSession() as http, http.post(file["upload_url"], data=b"x") as answer:
        assert (answer.status, await answer.text()) == (200, "OK - 1")

    async def sharing(**where: str) -> str:
        return await refusal(
            web.api_call("files.completeUploadExternal", json={"files": [{"id": file["file_id"]}], **where})
        )

    assert await sharing(channel_id="U0ANA") == "invalid_arguments"
    assert [await sharing(channel_id=place) for place in ("C0NOWHERE", "C0BOARD")] == ["channel_not_found"] * 2
    assert await sharing(channels="#launch") == "channel_not_found"
    assert await sharing(channel_id="C0GENERAL") == "not_in_channel"
    slack.channel("#launch").archived = True
    assert await sharing(channel_id="C0LAUNCH") == "is_archived"
    assert await refusal(web.api_call("files.completeUploadExternal", json={"files": "F1"})) == "invalid_arguments"
    assert slack.accepted() == []
    await web.files_completeUploadExternal(files=[{"id": file["file_id"]}], channel_id="C0MARKETING")
    assert slack.messages("#marketing")[0].files[0].content == b"x"


async def test_messages_with_files_count_for_the_rate_of_a_channel(slack: Slack, web: AsyncWebClient) -> None:
    """By every method: one a second after a burst. The file can be shared a little later."""
    slack.limits.message_burst = 1
    await web.chat_postMessage(channel="C0LAUNCH", text="first")
    assert await refusal(web.files_upload_v2(channel="C0LAUNCH", filename="a.txt", content="a")) == "ratelimited"
    file = next(iter(slack.world.files.values()))
    slack.limits.messages_per_second = None
    await web.files_completeUploadExternal(files=[{"id": file.id}], channel_id="C0LAUNCH")
    assert slack.messages("#launch")[-1].files == [file]


async def test_deleted_file_leaves_its_place(slack: Slack, web: AsyncWebClient) -> None:
    """Only the app's own; afterwards only a placeholder is left."""
    file = (await web.files_upload_v2(channel="C0LAUNCH", filename="a.txt", content="a"))["file"]["id"]
    await web.files_delete(file=file)
    (gone,) = slack.messages("#launch")[0].files
    assert (gone.state, gone.content) == ("deleted", b"")
    assert [await refusal(call) for call in (web.files_info(file=file), web.files_delete(file=file))] == [
        "file_deleted"
    ] * 2
    slack.scopes |= {"channels:history"}
    seen = (await web.conversations_history(channel="C0LAUNCH"))["messages"][0]
    assert seen["files"] == [{"id": file, "mode": "tombstone"}]


async def test_private_address_gives_the_bytes_to_the_token_alone(slack: Slack, web: AsyncWebClient) -> None:
    """Without permission, the response is a sign-in page with status 200: the status does not show the failure."""
    await web.files_upload_v2(channel="C0LAUNCH", filename="Gäste & co.csv", content=b"a,b")
    (shown,) = slack.messages("#launch")[0].files
    info = (await web.files_info(file=shown.id))["file"]
    url, bearer = info["url_private_download"], {"Authorization": f"Bearer {slack.bot_token}"}
    async with aiohttp.ClientSession() as http:
        async with http.get(url, headers=bearer) as answer:
            assert (await answer.read(), answer.content_type) == (b"a,b", "text/csv")
        async with http.get(info["url_private"], headers=bearer) as answer:
            assert await answer.read() == b"a,b"
        slack.scopes -= {"files:read"}
        for headers in (bearer, {"Authorization": "Bearer xoxb-somebody"}, {}):
            async with http.get(url, headers=headers) as answer:
                assert (answer.status, answer.content_type, answer.url.path) == (200, "text/html", "/signin")
        slack.scopes |= {"files:read"}
        async with http.get(url.replace(shown.id, "F0NOTHING"), headers=bearer) as answer:
            assert answer.status == 404


async def test_bytes_on_their_way_can_fail_like_a_call(slack: Slack, web: AsyncWebClient) -> None:
    """`fail("upload")` and `fail("download")`; both are in the call log."""
    file = await promised(web, b"x")
    slack.fail("upload", status=503)
    async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {slack.bot_token}"}) as http:
        async with http.post(file["upload_url"], data=b"x") as answer:
            assert answer.status == 503
        async with http.post(file["upload_url"], data=b"x") as answer:
            assert answer.status == 200
        done = await web.files_completeUploadExternal(files=[{"id": file["file_id"]}])
        slack.fail("download", status=500)
        async with http.get(done["files"][0]["url_private_download"]) as answer:
            assert answer.status == 500
    assert [(c.method, c.status) for c in slack.calls if c.method in ("upload", "download")] == [
        ("upload", 503),
        ("upload", 200),
        ("download", 500),
    ]


async def test_page_shows_a_file_to_those_who_see_its_message(
    slack: Slack, web: AsyncWebClient, browser: Browser
) -> None:
    """With name, size, type and alt text, at a URL of the page; a picture is shown, other files are saved."""
    await web.files_upload_v2(
        channel="D0ANA", filename="chart.png", content=PICTURE, alt_txt="Half full", title="Seats"
    )
    await web.files_upload_v2(channel="C0LAUNCH", filename="page.html", content="<script>alert(1)</script>")
    ana = await browser.snapshot("U0ANA")
    (picture,) = ana["messages"]["D0ANA"][0]["files"]
    (page,) = ana["messages"]["C0LAUNCH"][0]["files"]
    url = picture.pop("url")
    assert picture | {"id": ""} == {
        "id": "",
        "name": "chart.png",
        "title": "Seats",
        "size": len(PICTURE),
        "mimetype": "image/png",
        "alt": "Half full",
        "picture": True,
        "deleted": False,
    }
    async with browser.session.get(slack.url + url) as answer:
        assert (await answer.read(), answer.headers["Content-Disposition"].split(";")[0]) == (PICTURE, "inline")
    async with browser.session.get(slack.url + page["url"]) as answer:
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.content_type == "application/octet-stream"
    for wrong in (url.replace("U0ANA", "U0BEN"), url.replace("U0ANA", "U0NOBODY"), "/workspace/files/F0NO?as=U0ANA"):
        async with browser.session.get(slack.url + wrong) as answer:
            assert answer.status == 404


async def test_picture_of_a_block_may_be_a_file_of_the_workspace(
    slack: Slack, web: AsyncWebClient, browser: Browser
) -> None:
    """A stored picture, by id or URL; anything else is refused. It is visible to users who see the block."""
    chart = (await web.files_upload_v2(filename="chart.png", content=PICTURE))["file"]
    words = (await web.files_upload_v2(filename="a.txt", content="a"))["file"]

    def block(**source: str) -> dict[str, Any]:
        return {"type": "image", "alt_text": "Half full", "slack_file": source}

    for source in (block(id=words["id"]), block(id="F0NOTHING"), block(url="https://example.com/chart.png")):
        with pytest.raises(SlackApiError) as caught:
            await web.chat_postMessage(channel="D0ANA", text="x", blocks=[section("x"), source])
        assert caught.value.response["errors"] == ["invalid slack file [json-pointer:/blocks/1/slack_file]"]
    bad_home = {"type": "home", "blocks": [block(id="F0NOTHING")]}
    assert await refusal(web.views_publish(user_id="U0ANA", view=bad_home)) == "invalid_arguments"
    for source in (block(id=chart["id"]), block(url=chart["url_private"])):
        await web.chat_postMessage(channel="D0ANA", text="x", blocks=[source])
    for who, status in (("U0ANA", 200), ("U0BEN", 404)):
        async with browser.session.get(f"{slack.url}/workspace/files/{chart['id']}?as={who}") as answer:
            assert answer.status == status
    await web.files_delete(file=chart["id"])
    again = web.chat_postMessage(channel="D0ANA", text="x", blocks=[block(id=chart["id"])])
    assert await refusal(again) == "invalid_blocks"


async def test_files_outlive_a_restart(slack: Slack, web: AsyncWebClient) -> None:
    """With their bytes, in their messages."""
    await web.files_upload_v2(channel="D0ANA", filename="chart.png", content=PICTURE)
    again = Slack(SandboxClock())
    again.load(json.loads(json.dumps(slack.dump())))
    assert again.messages("@ana")[0].files == slack.messages("@ana")[0].files
    assert again.messages("@ana")[0].files[0].content == PICTURE
