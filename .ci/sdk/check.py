"""The official Python SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up."""
import json
import subprocess
import sys
import time

import openai

ready = json.load(open(sys.argv[1]))
data = sys.argv[2]
client = openai.OpenAI(base_url=ready["base_url"], api_key=ready["key"], max_retries=0)
ask = dict(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello!"}])
TOOLS = [{"type": "function", "function": {"name": "add", "parameters": {"type": "object", "properties": {"a": {"type": "integer"}}}}}]
passed = 0


def check(story, good):
    global passed
    if not good:
        sys.exit(f"python: {story}: failed")
    passed += 1
    print(f"python: {story}: ok")


def cli(*args):
    return json.loads(subprocess.check_output(["./tollgate", *args, "--data", data, "--json"]))


def refused_with(kind, status, key, **more):
    try:
        openai.OpenAI(base_url=ready["base_url"], api_key=key, max_retries=0).chat.completions.create(**{**ask, **more})
    except kind as refusal:
        return refusal.status_code == status
    return False


whole = client.chat.completions.with_raw_response.create(**ask)
check("a whole answer has its cost in its head", float(whole.headers["x-usage-cost"]) > 0)
check("a whole answer parses", whole.parse().choices[0].message.content.startswith("You said"))

text = "".join(c.choices[0].delta.content or "" for c in client.chat.completions.create(stream=True, **ask))
check("a stream parses", text == "You said: Hello!")

usages = [c.usage for c in client.chat.completions.create(stream=True, stream_options={"include_usage": True}, **ask) if c.usage]
check("a stream's usage arrives where it was asked for", len(usages) == 1 and usages[0].total_tokens > 0)

for stream in (False, True):
    answer = client.chat.completions.create(stream=stream, tools=TOOLS, tool_choice="required", **ask)
    if stream:
        calls = [c.choices[0].delta.tool_calls[0] for c in answer if c.choices and c.choices[0].delta.tool_calls]
        check("a streamed tool call", calls and calls[0].function.name == "add")
    else:
        check("a whole tool call", answer.choices[0].message.tool_calls[0].function.name == "add")

with client.chat.completions.with_streaming_response.create(stream=True, **ask) as answer:
    for line in answer.iter_lines():
        pass
shown = client.get(f"/exchanges/{answer.headers['x-tollgate-request-id']}", cast_to=object)
check("a stream's cost is read by the id in its head", float(shown["charge"]) > 0)

for stream in (False, True):
    answer = client.chat.completions.create(stream=stream, extra_headers={"X-Tollgate-Announce": "usage"}, **ask)
    usage = [chunk.usage for chunk in answer if chunk.usage][-1] if stream else answer.usage
    check(f"the cost is in the usage object, stream {stream}", float(usage.cost) > 0)

embedded = client.embeddings.with_raw_response.create(model="text-embedding-3-small", input=["Hello!", "again"], dimensions=4)
check("embeddings have their cost in their head", float(embedded.headers["x-usage-cost"]) > 0)
vectors = embedded.parse().data
check("embeddings parse from base64", len(vectors) == 2 and all(len(each.embedding) == 4 for each in vectors))
floats = client.embeddings.create(model="text-embedding-3-small", input=[1, 2, 3], encoding_format="float", dimensions=3)
check("embeddings of tokens come as numbers", len(floats.data[0].embedding) == 3 and floats.usage.prompt_tokens == 3)
judged = client.moderations.with_raw_response.create(input=["violence", "tea"])
check("moderations are free", judged.headers["x-usage-cost"] == "0.00" and [r.flagged for r in judged.parse().results] == [True, False])

ids = [model.id for model in client.models.list()]
check("models are listed", "gpt-4o-mini" in ids and "text-embedding-3-small" in ids and "claude-haiku-4-5" not in ids)
check("a model has our price", float(client.models.retrieve("gpt-4o-mini").pricing["per_million"]["input"]) > 0)
try:
    client.models.retrieve("nonsense")
    check("an unknown model is a NotFoundError", False)
except openai.NotFoundError as missing:
    check("an unknown model is a NotFoundError", missing.code == "model_not_found")

legacy = dict(model="gpt-3.5-turbo-instruct", prompt="Hello!", max_tokens=20)
check("a whole completion parses", client.completions.create(**legacy).choices[0].text == " and so on: Hello!")
text = "".join(c.choices[0].text for c in client.completions.create(stream=True, **legacy))
check("a streamed completion parses", text == " and so on: Hello!")

respond = dict(model="gpt-4o-mini", input="Hello!")
answer = client.responses.with_raw_response.create(**respond)
check("a whole response has its cost in its head", float(answer.headers["x-usage-cost"]) > 0)
check("a whole response parses", answer.parse().output_text == "You said: Hello!")
with client.responses.stream(**respond) as stream:
    text = "".join(event.delta for event in stream if event.type == "response.output_text.delta")
    final = stream.get_final_response()
check("a streamed response parses", text == final.output_text == "You said: Hello!")
check("a streamed response's usage arrives", final.usage.input_tokens > 0 and final.usage.output_tokens > 0)
calls = [{"type": "function", "name": "add", "strict": False, "parameters": {"type": "object", "properties": {"text": {"type": "string"}}}}]
call = client.responses.create(tools=calls, **respond).output[0]
check("a response calls a tool", call.type == "function_call" and call.name == "add" and json.loads(call.arguments) == {"text": "Hello!"})
last = list(client.responses.create(stream=True, extra_headers={"X-Tollgate-Announce": "usage"}, **respond))[-1]
check("a streamed response's cost is in its usage object", float(last.response.usage.cost) > 0)
job = client.responses.with_raw_response.create(background=True, extra_headers={"X-Sandbox": "job=1s, tokens=10"}, **respond)
made = job.parse()
check("a response in the background is answered at once", made.status == "queued")
while made.status in ("queued", "in_progress"):
    time.sleep(0.2)
    made = client.responses.retrieve(made.id)
check("it is retrieved when it is made", made.status == "completed" and made.usage.output_tokens == 10)
for _ in range(100):
    shown = client.get(f"/exchanges/{job.headers['x-tollgate-request-id']}", cast_to=object)
    if shown["state"] != "open":
        break
    time.sleep(0.1)
check("it is charged when it is made", shown["state"] == "settled" and float(shown["charge"]) > 0)
called = client.responses.create(background=True, extra_headers={"X-Sandbox": "job=never"}, **respond)
check("a response in the background is cancelled", client.responses.cancel(called.id).status == "cancelled")
kept = client.responses.create(**respond)
check("a stored response is retrieved", client.responses.retrieve(kept.id).output_text == "You said: Hello!")
check("its input is listed", [item.role for item in client.responses.input_items.list(kept.id)] == ["user"])
talk = client.conversations.create(metadata={"topic": "demo"})
check("a conversation is retrieved", client.conversations.retrieve(talk.id).metadata == {"topic": "demo"})
check("a conversation is deleted", client.conversations.delete(talk.id).deleted)
stored = client.chat.completions.create(store=True, **ask)
check("a stored completion is retrieved", client.chat.completions.retrieve(stored.id).id == stored.id)
check("a stored completion is deleted", client.chat.completions.delete(stored.id).deleted)
other = openai.OpenAI(base_url=ready["base_url"], api_key=cli("key", "create", "--wallet", cli("wallet", "create", "--name", "theirs", "--test")["id"], "--name", "t")["secret"], max_retries=0)
for story, peep in (("retrieved", other.responses.retrieve), ("cancelled", other.responses.cancel), ("deleted", other.responses.delete)):
    try:
        peep(kept.id)
        check(f"another's response cannot be {story}", False)
    except openai.NotFoundError as missing:
        check(f"another's response cannot be {story}", missing.code == "not_found")
client.responses.delete(kept.id)
try:
    client.responses.retrieve(kept.id)
    check("a deleted response is a NotFoundError", False)
except openai.NotFoundError as missing:
    check("a deleted response is a NotFoundError", missing.code == "not_found")
for story, more in (("a server tool", dict(tools=[{"type": "web_search"}])), ("an earlier response", dict(previous_response_id="resp_1")),
                    ("the background without a store", dict(background=True, store=False))):
    try:
        client.responses.create(**respond, **more)
        check(f"{story} is a BadRequestError", False)
    except openai.BadRequestError as refusal:
        check(f"{story} is a BadRequestError", refusal.code in ("unbounded_input", "unsupported_parameter"))
for story, directives in (("of the upstream's", "error=mid, tokens=30"), ("of ours", "cut=4000, tokens=30")):
    try:
        for event in client.responses.create(stream=True, extra_headers={"X-Sandbox": directives}, **respond):
            pass
        check(f"an error {story} amid a response is raised", False)
    except openai.APIError as broken:
        check(f"an error {story} amid a response is raised", bool(broken.message))

check("401 is an AuthenticationError", refused_with(openai.AuthenticationError, 401, "tg_test_wrong"))
check("a provider's 429 is a RateLimitError",
      refused_with(openai.RateLimitError, 429, ready["key"], extra_headers={"X-Sandbox": "status=429"}))
empty = cli("wallet", "create", "--name", "empty", "--test")
poor = cli("key", "create", "--wallet", empty["id"])["secret"]
check("402 is an APIStatusError", refused_with(openai.APIStatusError, 402, poor))
live = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "live")["id"])["secret"]
check("503 is an InternalServerError", refused_with(openai.InternalServerError, 503, live))

wallet = cli("wallet", "create", "--name", "limited", "--test")["id"]
cli("wallet", "top-up", wallet, "--amount", "1.00", "--reference", "sdk")
key = cli("key", "create", "--wallet", wallet)["secret"]
limited = openai.OpenAI(base_url=ready["base_url"], api_key=key, max_retries=0)
cli("cap", "set", "--scope", f"wallet:{wallet}", "--per", "minute", "--rate", "40")
cli("cap", "set", "--scope", f"wallet:{wallet}", "--per", "minute", "--token-rate", "100000")
told = limited.chat.completions.with_raw_response.create(**ask).headers
check("what is left of a rate of requests is told",
      [told[f"x-ratelimit-{of}-requests"] for of in ("limit", "remaining", "reset")] == ["40", "39", "1.5s"])
check("what is left of a rate of tokens is told", told["x-ratelimit-limit-tokens"] == "100000"
      and 0 < int(told["x-ratelimit-remaining-tokens"]) < 100000 and told["x-ratelimit-reset-tokens"].endswith("s"))
try:
    for _ in range(60):
        limited.chat.completions.create(**ask)
    check("more than a rate is a RateLimitError", False)
except openai.RateLimitError as full:
    check("more than a rate is a RateLimitError", full.code == "rate_limited" and 0 < int(full.response.headers["retry-after-ms"]) <= 1500)
check("the SDK's own retry has room when it comes", limited.with_options(max_retries=1).chat.completions.create(**ask).choices)
print(f"python: {passed} checks passed")
