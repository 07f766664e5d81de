"""AWS's official Python SDK, unmodified but for endpoint and access key, against a gateway started by ./tollgate up."""
import json
import os
import subprocess
import sys
import urllib.request

ready = json.load(open(sys.argv[1]))
data = sys.argv[2]
base_url = ready["base_url"].removesuffix("/v1")
for name in ("AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_BEARER_TOKEN_BEDROCK"):
    os.environ.pop(name, None)

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError

CLAUDE = "us.anthropic.claude-haiku-4-5-20251001-v1:0"
LLAMA = "us.meta.llama3-3-70b-instruct-v1:0"
ASK = dict(modelId=CLAUDE, messages=[{"role": "user", "content": [{"text": "Hello!"}]}], inferenceConfig={"maxTokens": 200})
MESSAGE = {"anthropic_version": "bedrock-2023-05-31", "max_tokens": 200, "messages": [{"role": "user", "content": "Hello!"}]}
passed = 0


def check(story, good):
    global passed
    if not good:
        sys.exit(f"bedrock: {story}: failed")
    passed += 1
    print(f"bedrock: {story}: ok")


def sdk(key, told="", service="bedrock-runtime", attempts=1, mode="standard", **more):
    # over TLS a bearer key (AWS_BEARER_TOKEN_BEDROCK) does as well; without, this library sends none
    config = Config(retries={"total_max_attempts": attempts, "mode": mode}, **more)
    client = boto3.session.Session(aws_access_key_id=key, aws_secret_access_key="any").client(service, region_name="us-east-1", endpoint_url=base_url, config=config)
    client.meta.events.register("before-call", lambda params, **_: params["headers"].update({"X-Sandbox": told}) if told else None)
    return client


def cli(*args):
    return json.loads(subprocess.check_output(["./tollgate", *args, "--data", data, "--json"]))



def charge(answer):
    id = answer["ResponseMetadata"]["HTTPHeaders"]["x-tollgate-request-id"]
    request = urllib.request.Request(f"{base_url}/v1/exchanges/{id}", headers={"Authorization": "Bearer " + ready["key"]})
    return float(json.load(urllib.request.urlopen(request))["charge"])


def refused_with(code, status, ask, kind=ClientError):
    try:
        ask()
    except kind as refusal:
        error = refusal.response["Error"]
        good = error["Code"] == code and bool(error["Message"])
        return good and (status is None or refusal.response["ResponseMetadata"]["HTTPStatusCode"] == status)
    return False


client = sdk(ready["key"])
whole = client.converse(**ASK)
check("a conversation parses", whole["output"]["message"]["content"][0]["text"] == "You said: Hello!")
check("its usage is told", whole["usage"]["inputTokens"] == 5 and whole["usage"]["outputTokens"] == 4)
check("its cost is in its head", float(whole["ResponseMetadata"]["HTTPHeaders"]["x-usage-cost"]) > 0)
stream = client.converse_stream(**ASK)
events = list(stream["stream"])
check("a streamed conversation parses", "".join(e["contentBlockDelta"]["delta"]["text"] for e in events if "contentBlockDelta" in e) == "You said: Hello!")
check("a stream's usage arrives", events[-1]["metadata"]["usage"]["outputTokens"] == 4)
check("a stream's cost is read by the id in its head", charge(stream) == charge(whole))

tools = {"tools": [{"toolSpec": {"name": "add", "inputSchema": {"json": {"type": "object"}}}}]}
call = client.converse(**ASK, toolConfig=tools)
check("a tool is called", call["output"]["message"]["content"][0]["toolUse"]["input"] == {"text": "Hello!"} and call["stopReason"] == "tool_use")
pieces = [e["contentBlockDelta"]["delta"]["toolUse"]["input"] for e in client.converse_stream(**ASK, toolConfig=tools)["stream"] if "contentBlockDelta" in e]
check("a tool is called in a stream", json.loads("".join(pieces)) == {"text": "Hello!"})

invoked = client.invoke_model(modelId=CLAUDE, body=json.dumps(MESSAGE))
check("a model in its own language answers", json.load(invoked["body"])["content"][0]["text"] == "You said: Hello!")
check("at the same price", charge(invoked) == charge(whole))
streamed = client.invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(MESSAGE))
native = [json.loads(e["chunk"]["bytes"]) for e in streamed["body"]]
check("and streams", "".join(e["delta"]["text"] for e in native if e["type"] == "content_block_delta") == "You said: Hello!")
check("at the same price, too", charge(streamed) == charge(whole))
llama = client.invoke_model(modelId=LLAMA, body=json.dumps({"prompt": "Hello!", "max_gen_len": 50}))
check("another family answers", json.load(llama["body"])["generation"] == "You said: Hello!" and charge(llama) > 0)
vector = client.invoke_model(modelId="amazon.titan-embed-text-v2:0", body=json.dumps({"inputText": "Hello!"}))
check("vectors parse", json.load(vector["body"])["embedding"] == [0.25, 0.5])
count = client.count_tokens(modelId=CLAUDE, input={"converse": {"messages": ASK["messages"]}})
check("tokens are counted for nothing", count["inputTokens"] == 5 and charge(count) == 0)
arn = "arn:aws:bedrock:us-east-1:123456789012:inference-profile/" + CLAUDE
check("an ARN names a model", charge(client.converse(**{**ASK, "modelId": arn})) == charge(whole))
check("models are listed", CLAUDE in [m["modelId"] for m in sdk(ready["key"], service="bedrock").list_foundation_models()["modelSummaries"]])

for story, code, told in (("429", "ThrottlingException", "status=429"), ("503", "ServiceUnavailableException", "status=503"),
                          ("400", "ValidationException", "status=400"), ("404", "ResourceNotFoundException", "status=404")):
    asked = sdk(ready["key"], told)
    check(f"a provider's {story} has its class", refused_with(code, int(story), lambda: asked.converse(**ASK), getattr(asked.exceptions, code)))
asked = sdk(ready["key"], "status=403, message=no")
check("the gateway's own account refused is InternalServerException", refused_with("InternalServerException", 502, lambda: asked.converse(**ASK), asked.exceptions.InternalServerException))
check("an exception of the provider's amid a stream is raised", refused_with(
    "modelStreamErrorException", None, lambda: list(sdk(ready["key"], "error=mid, tokens=30").converse_stream(**ASK)["stream"]), EventStreamError))
check("one of ours amid a stream is raised", refused_with(
    "modelStreamErrorException", None, lambda: list(sdk(ready["key"], "cut=4000, tokens=90").converse_stream(**ASK)["stream"]), EventStreamError))
check("so it is amid a native stream", refused_with(
    "modelStreamErrorException", None,
    lambda: list(sdk(ready["key"], "cut=4000, tokens=90").invoke_model_with_response_stream(modelId=CLAUDE, body=json.dumps(MESSAGE))["body"]), EventStreamError))
check("401 is told", refused_with("UnrecognizedClientException", 401, lambda: sdk("tg_test_wrong").converse(**ASK)))
check("an unknown model is ValidationException", refused_with("ValidationException", 400, lambda: client.converse(**{**ASK, "modelId": "nonsense"}), client.exceptions.ValidationException))
check("a guardrail is refused", refused_with("ValidationException", 400, lambda: client.converse(
    **ASK, guardrailConfig={"guardrailIdentifier": "g", "guardrailVersion": "1"}), client.exceptions.ValidationException))
check("so it is in a head", refused_with("ValidationException", 400, lambda: client.invoke_model(
    modelId=CLAUDE, body=json.dumps(MESSAGE), guardrailIdentifier="g", guardrailVersion="1"), client.exceptions.ValidationException))
check("applying one by itself is refused", refused_with("ResourceNotFoundException", 404, lambda: client.apply_guardrail(
    guardrailIdentifier="g", guardrailVersion="1", source="INPUT", content=[{"text": {"text": "x"}}]), client.exceptions.ResourceNotFoundException))
check("so is what runs for itself", refused_with("ResourceNotFoundException", 404, lambda: client.start_async_invoke(
    modelId="amazon.nova-reel-v1:0", modelInput={}, outputDataConfig={"s3OutputDataConfig": {"s3Uri": "s3://b/x"}})))
poor = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "poor", "--test")["id"])["secret"]
broke = sdk(poor, attempts=3)
check("402 is ServiceQuotaExceededException", refused_with("ServiceQuotaExceededException", 402, lambda: broke.converse(**ASK), broke.exceptions.ServiceQuotaExceededException))


def attempts(asked):
    try:
        asked.converse(**ASK)
    except ClientError as refusal:
        return refusal.response["ResponseMetadata"]["RetryAttempts"]
    return -1


for mode in ("standard", "legacy"):
    check(f"what money refuses is not tried again ({mode})", attempts(sdk(poor, attempts=3, mode=mode)) == 0)
    check(f"a provider that is away is ({mode})", attempts(sdk(ready["key"], "status=503", attempts=3, mode=mode)) == 2)

signing = boto3.session.Session(aws_access_key_id="AKIDEXAMPLE", aws_secret_access_key="secret").client(
    "bedrock-runtime", region_name="us-east-1", endpoint_url=base_url, config=Config(retries={"total_max_attempts": 1}))
check("a signature is refused, saying what to do", refused_with("UnrecognizedClientException", 401, lambda: signing.converse(**ASK)))
signing.meta.events.register("before-sign", lambda request, **_: request.headers.add_header("x-api-key", ready["key"]))
check("beside a key it does not matter", signing.converse(**ASK)["output"]["message"]["content"][0]["text"] == "You said: Hello!")
print(f"bedrock: {passed} checks passed")
