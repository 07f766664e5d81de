"""Google's official Python SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up."""
import asyncio
import json
import subprocess
import sys
import urllib.request

import openai
from google import genai
from google.genai import errors, types

ready = json.load(open(sys.argv[1]))
data = sys.argv[2]
base_url = ready["base_url"].removesuffix("/v1")
MODEL = "gemini-2.5-flash"
passed = 0


clients = []


def sdk(key, **headers):
    # a client closes its connections when nobody refers to it any more
    clients.append(genai.Client(api_key=key, http_options=types.HttpOptions(base_url=base_url, headers=headers)))
    return clients[-1]


def told(directives, **headers):
    return sdk(ready["key"], **{"X-Sandbox": directives, **headers})


def check(story, good):
    global passed
    if not good:
        sys.exit(f"gemini: {story}: failed")
    passed += 1
    print(f"gemini: {story}: ok")


def cli(*args):
    return json.loads(subprocess.check_output(["./tollgate", *args, "--data", data, "--json"]))


def refused_with(kind, code, status, ask):
    try:
        ask()
    except kind as refusal:
        return refusal.code == code and refusal.status == status and bool(refusal.message)
    return False


client = sdk(ready["key"])
models = client.models
whole = models.generate_content(model=MODEL, contents="Hello!")
headers = {name.lower(): value for name, value in whole.sdk_http_response.headers.items()}
check("a whole answer parses", whole.text == "You said: Hello!" and whole.model_version == MODEL)
check("a whole answer has its cost in its head", float(headers["x-usage-cost"]) > 0)

pieces = list(models.generate_content_stream(model=MODEL, contents="Hello!"))
check("a stream parses", "".join(piece.text for piece in pieces) == "You said: Hello!")
check("a stream's usage arrives", pieces[-1].usage_metadata.candidates_token_count == 4)
headers = {name.lower(): value for name, value in pieces[0].sdk_http_response.headers.items()}
lookup = urllib.request.Request(f"{base_url}/v1/exchanges/{headers['x-tollgate-request-id']}", headers={"x-goog-api-key": ready["key"]})
shown = json.load(urllib.request.urlopen(lookup))
check("a stream's cost is read by the id in its head", float(shown["charge"]) > 0)


async def streamed():
    return "".join([piece.text async for piece in await client.aio.models.generate_content_stream(model=MODEL, contents="Hello!")])


check("so it does asynchronously", asyncio.run(streamed()) == "You said: Hello!")


def add(text: str) -> str:
    """Adds."""
    return "4"


plain = types.GenerateContentConfig(tools=[add], automatic_function_calling=types.AutomaticFunctionCallingConfig(disable=True))
call = models.generate_content(model=MODEL, contents="Hello!", config=plain).function_calls[0]
check("a whole function call", call.name == "add" and call.args == {"text": "Hello!"})
calls = [piece.function_calls for piece in models.generate_content_stream(model=MODEL, contents="Hello!", config=plain) if piece.function_calls]
check("a streamed function call", calls[-1][0].name == "add")
answer = models.generate_content(model=MODEL, contents="Hello!", config=types.GenerateContentConfig(tools=[add]))
check("a function that the SDK calls itself is answered", answer.text == "You said: 4")
chat = client.chats.create(model=MODEL)
chat.send_message("Hello!")
check("a conversation goes on", chat.send_message("Again!").text == "You said: Again!")

usage = told("reasoning=7, cache-read=2").models.generate_content(model=MODEL, contents="Hello!").usage_metadata
check("thoughts and cached tokens are told", usage.thoughts_token_count == 7 and usage.cached_content_token_count == 2)
announced = told("tokens=9", **{"X-Tollgate-Announce": "usage"}).models
check("the cost inside the usage object disturbs nobody", announced.generate_content(model=MODEL, contents="Hello!").usage_metadata.candidates_token_count == 9
      and list(announced.generate_content_stream(model=MODEL, contents="Hello!"))[-1].usage_metadata.candidates_token_count == 9)

config = types.EmbedContentConfig(output_dimensionality=4)
vectors = models.embed_content(model="gemini-embedding-001", contents=["Hello!", "again"], config=config).embeddings
check("embeddings of several texts parse", len(vectors) == 2 and all(len(each.values) == 4 for each in vectors))
check("embeddings of one text parse", len(models.embed_content(model="gemini-embedding-001", contents="Hello!").embeddings) == 1)
check("tokens are counted", models.count_tokens(model=MODEL, contents="Hello!").total_tokens == 4)
names = [model.name for model in models.list()]
check("models are listed", f"models/{MODEL}" in names and not any("gpt" in name for name in names))
check("a model is told", models.get(model=MODEL).output_token_limit == 65536)

check("401 is a ClientError", refused_with(errors.ClientError, 401, "UNAUTHENTICATED",
                                           lambda: sdk("tg_test_wrong").models.generate_content(model=MODEL, contents="Hello!")))
for story, directives, kind, code, status in (
        ("a provider's 429 is a ClientError", "status=429", errors.ClientError, 429, "RESOURCE_EXHAUSTED"),
        ("a provider's 503 is a ServerError", "status=503", errors.ServerError, 503, "UNAVAILABLE"),
        ("the gateway's own key refused is a ServerError", "status=400, message=API key not valid.", errors.ServerError, 502, "UNAVAILABLE")):
    check(story, refused_with(kind, code, status, lambda: told(directives).models.generate_content(model=MODEL, contents="Hello!")))
    check(f"{story}, streamed", refused_with(kind, code, status, lambda: list(told(directives).models.generate_content_stream(model=MODEL, contents="Hello!"))))
for story, directives in (("of the upstream's", "error=mid, tokens=30"), ("of ours", "cut=4000, tokens=30")):
    check(f"an error {story} amid a stream is raised", refused_with(
        errors.APIError, 503 if story == "of the upstream's" else 502, "UNAVAILABLE",
        lambda: list(told(directives).models.generate_content_stream(model=MODEL, contents="Hello!"))))
search = types.GenerateContentConfig(tools=[types.Tool(google_search=types.GoogleSearch())])
check("a server tool is a ClientError", refused_with(errors.ClientError, 400, "INVALID_ARGUMENT",
                                                     lambda: models.generate_content(model=MODEL, contents="Hello!", config=search)))
check("an unknown model is a ClientError", refused_with(errors.ClientError, 404, "NOT_FOUND", lambda: models.get(model="nonsense")))
empty = cli("wallet", "create", "--name", "empty", "--test")
poor = cli("key", "create", "--wallet", empty["id"])["secret"]
check("402 is a ClientError", refused_with(errors.ClientError, 402, "RESOURCE_EXHAUSTED",
                                           lambda: sdk(poor).models.generate_content(model=MODEL, contents="Hello!")))
live = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "live")["id"])["secret"]
check("503 is a ServerError", refused_with(errors.ServerError, 503, "UNAVAILABLE",
                                           lambda: sdk(live).models.generate_content(model=MODEL, contents="Hello!")))

try:
    compat = openai.OpenAI(base_url=base_url + "/v1beta/openai/", api_key=ready["key"], max_retries=0)
    ask = dict(model=MODEL, messages=[{"role": "user", "content": "Hello!"}])
    check("OpenAI's SDK at Google's path", compat.chat.completions.create(**ask).choices[0].message.content == "You said: Hello!")
    text = "".join(c.choices[0].delta.content or "" for c in compat.chat.completions.create(stream=True, **ask))
    check("so it does streamed", text == "You said: Hello!")
    check("it lists Google's models", MODEL in [model.id for model in compat.models.list()])
except openai.APIError as broken:
    sys.exit(f"gemini: OpenAI's SDK at Google's path: {broken}")
print(f"gemini: {passed} checks passed")
