"""Anthropic's official Python SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up."""
import datetime
import json
import subprocess
import sys

import anthropic

ready = json.load(open(sys.argv[1]))
data = sys.argv[2]
base_url = ready["base_url"].removesuffix("/v1")


def sdk(key, **more):
    return anthropic.Anthropic(base_url=base_url, api_key=key, auth_token=None, max_retries=0, **more)


client = sdk(ready["key"])
ask = dict(model="claude-haiku-4-5", max_tokens=200, messages=[{"role": "user", "content": "Hello!"}])
TOOLS = [{"name": "add", "input_schema": {"type": "object", "properties": {"text": {"type": "string"}}}}]
passed = 0


def check(story, good):
    global passed
    if not good:
        sys.exit(f"anthropic: {story}: failed")
    passed += 1
    print(f"anthropic: {story}: ok")


def told(directives):
    return {"X-Sandbox": directives}


def cli(*args):
    return json.loads(subprocess.check_output(["./tollgate", *args, "--data", data, "--json"]))


def refused_with(kind, status, error_type, key, **more):
    try:
        sdk(key).messages.create(**{**ask, **more})
    except kind as refusal:
        return refusal.status_code == status and refusal.body["error"]["type"] == error_type and refusal.body["request_id"]
    return False


whole = client.messages.with_raw_response.create(**ask)
check("a whole message has its cost in its head", float(whole.headers["x-usage-cost"]) > 0)
check("a whole message parses", whole.parse().content[0].text == "You said: Hello!")

with client.messages.stream(**ask) as stream:
    text = "".join(stream.text_stream)
    final = stream.get_final_message()
check("a stream parses", text == "You said: Hello!" and final.stop_reason == "end_turn")
check("a stream's usage arrives", final.usage.input_tokens > 0 and final.usage.output_tokens > 0)

kinds = [event.type for event in client.messages.create(stream=True, **ask)]
check("a stream's events arrive to the last", kinds[0] == "message_start" and kinds[-1] == "message_stop")

call = client.messages.create(tools=TOOLS, **ask).content[0]
check("a whole tool call", call.type == "tool_use" and call.input == {"text": "Hello!"})
with client.messages.stream(tools=TOOLS, **ask) as stream:
    call = stream.get_final_message().content[0]
check("a streamed tool call", call.type == "tool_use" and call.input == {"text": "Hello!"})
back = [*ask["messages"], {"role": "assistant", "content": [call.model_dump(include={"type", "id", "name", "input"})]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": call.id, "content": "4"}]}]
answer = client.messages.create(tools=TOOLS, **{**ask, "messages": back})
check("a tool's result is answered", answer.content[0].text == "You said: 4")

thinking = dict(thinking={"type": "enabled", "budget_tokens": 1024}, **{**ask, "max_tokens": 2000})
with client.messages.stream(**thinking) as stream:
    blocks = [block.type for block in stream.get_final_message().content]
check("thinking comes before text", blocks == ["thinking", "text"])
check("so it does in a whole message", [b.type for b in client.messages.create(**thinking).content] == blocks)

cached = client.messages.create(extra_headers=told("cache-read=1000, cache-write=500"), **ask).usage
check("caches are told", cached.cache_read_input_tokens == 1000 and cached.cache_creation.ephemeral_5m_input_tokens == 500)

with client.messages.with_streaming_response.create(stream=True, **ask) as answer:
    for line in answer.iter_lines():
        pass
shown = client.get(f"/v1/exchanges/{answer.headers['x-tollgate-request-id']}", cast_to=object)
check("a stream's cost is read by the id in its head", float(shown["charge"]) > 0)

with client.messages.stream(extra_headers={"X-Tollgate-Announce": "usage"}, **ask) as stream:
    streamed = [event for event in stream if event.type == "message_delta"][-1].usage
whole = client.messages.create(extra_headers={"X-Tollgate-Announce": "usage"}, **ask).usage
check("the cost is in the usage object", float(streamed.cost) > 0 and float(whole.cost) > 0)

counted = client.messages.with_raw_response.count_tokens(model=ask["model"], messages=ask["messages"])
check("tokens are counted for nothing", counted.parse().input_tokens == 5 and counted.headers["x-usage-cost"] == "0.00")

ids = [model.id for model in client.models.list()]
check("models are listed", "claude-haiku-4-5" in ids and "gpt-4o-mini" not in ids)
check("a model has our price", float(client.models.retrieve("claude-haiku-4-5").pricing["per_million"]["input"]) > 0)

check("401 is an AuthenticationError", refused_with(anthropic.AuthenticationError, 401, "authentication_error", "tg_test_wrong"))
check("a provider's 429 is a RateLimitError",
      refused_with(anthropic.RateLimitError, 429, "rate_limit_error", ready["key"], extra_headers=told("status=429")))
check("a provider's 529 is an InternalServerError",
      refused_with(anthropic.InternalServerError, 529, "overloaded_error", ready["key"], extra_headers=told("status=529")))
check("a server tool is a BadRequestError",
      refused_with(anthropic.BadRequestError, 400, "invalid_request_error", ready["key"],
                   tools=[{"type": "web_search_20250305", "name": "web_search"}]))
empty = cli("wallet", "create", "--name", "empty", "--test")
poor = cli("key", "create", "--wallet", empty["id"])["secret"]
check("402 is an APIStatusError", refused_with(anthropic.APIStatusError, 402, "billing_error", poor))
live = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "live")["id"])["secret"]
check("503 is an InternalServerError", refused_with(anthropic.InternalServerError, 503, "overloaded_error", live))

for story, directives in (("of the upstream's", "error=mid, tokens=30"), ("of ours", "cut=2000, tokens=30")):
    try:
        for event in client.messages.create(stream=True, extra_headers=told(directives), **ask):
            pass
        check(f"an error {story} amid a stream is raised", False)
    except anthropic.APIStatusError as broken:
        check(f"an error {story} amid a stream is raised", broken.body["type"] == "error")

wallet = cli("wallet", "create", "--name", "limited", "--test")["id"]
cli("wallet", "top-up", wallet, "--amount", "1.00", "--reference", "sdk")
limited = sdk(cli("key", "create", "--wallet", wallet)["secret"])
cli("cap", "set", "--scope", f"wallet:{wallet}", "--per", "minute", "--rate", "40")
told = limited.messages.with_raw_response.create(**ask).headers
check("what is left of a rate is told", [told[f"anthropic-ratelimit-requests-{of}"] for of in ("limit", "remaining")] == ["40", "39"])
resets = datetime.datetime.fromisoformat(told["anthropic-ratelimit-requests-reset"])
left = (resets - datetime.datetime.now(datetime.timezone.utc)).total_seconds()
check("and when all of it is", -2 < left < 5)
try:
    for _ in range(60):
        limited.messages.create(**ask)
    check("more than a rate is a RateLimitError", False)
except anthropic.RateLimitError as full:
    check("more than a rate is a RateLimitError", full.body["error"]["type"] == "rate_limit_error")
check("the SDK's own retry has room when it comes", limited.with_options(max_retries=1).messages.create(**ask).content)
print(f"anthropic: {passed} checks passed")
