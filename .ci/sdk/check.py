"""The official Python SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up."""
import json
import subprocess
import sys

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

check("401 is an AuthenticationError", refused_with(openai.AuthenticationError, 401, "tg_test_wrong"))
check("a provider's 429 is a RateLimitError",
      refused_with(openai.RateLimitError, 429, ready["key"], extra_headers={"X-Sandbox": "status=429"}))
empty = cli("wallet", "create", "--name", "empty", "--test")
poor = cli("key", "create", "--wallet", empty["id"])["secret"]
check("402 is an APIStatusError", refused_with(openai.APIStatusError, 402, poor))
live = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "live")["id"])["secret"]
check("503 is an InternalServerError", refused_with(openai.InternalServerError, 503, live))
print(f"python: {passed} checks passed")
