"""Frameworks and further official clients, unmodified but for base URL and key, against a gateway started by ./tollgate up."""
import json
import os
import sys
import urllib.request

# it would ask for a newer one elsewhere
os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"

import litellm  # noqa: E402
import ollama
import openai
from langchain_anthropic import ChatAnthropic
from langchain_core.tools import tool
from langchain_google_genai import ChatGoogleGenerativeAI
from langchain_openai import ChatOpenAI, OpenAIEmbeddings

ready = json.load(open(sys.argv[1]))
base_url, key = ready["base_url"], ready["key"]
root = base_url.removesuffix("/v1")
passed = 0


def check(story, good):
    global passed
    if not good:
        sys.exit(f"frameworks: {story}: failed")
    passed += 1
    print(f"frameworks: {story}: ok")


def raised(kind, what, status=None):
    try:
        what()
    except kind as failure:
        return status is None or getattr(failure, "status_code", None) == status
    return False


def balance():
    asked = urllib.request.Request(f"{base_url}/wallet", headers={"Authorization": f"Bearer {key}"})
    return float(json.load(urllib.request.urlopen(asked))["balance"])


before = balance()

# Azure OpenAI
azure = openai.AzureOpenAI(azure_endpoint=root, api_key=key, api_version="2024-10-21", max_retries=0)
ask = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "Hello!"}]}
whole = azure.chat.completions.with_raw_response.create(**ask)
check("Azure: a whole chat has its cost in its head", float(whole.headers["x-usage-cost"]) > 0)
check("Azure: a whole chat parses", whole.parse().choices[0].message.content == "You said: Hello!")
said = "".join(chunk.choices[0].delta.content or "" for chunk in azure.chat.completions.create(**ask, stream=True) if chunk.choices)
check("Azure: a streamed chat parses", said == "You said: Hello!")
vectors = azure.embeddings.create(model="text-embedding-3-small", input="Hello!")
check("Azure: embeddings parse", len(vectors.data[0].embedding) > 0)
wrong = openai.AzureOpenAI(azure_endpoint=root, api_key="tg_test_wrong", api_version="2024-10-21", max_retries=0)
check("Azure: 401 is an AuthenticationError", raised(openai.AuthenticationError, lambda: wrong.chat.completions.create(**ask)))

# Ollama
local = ollama.Client(host=root, headers={"Authorization": f"Bearer {key}"})
said = local.chat(model="llama3.2", messages=ask["messages"], options={"num_predict": 50})
check("Ollama: a whole chat parses", said.message.content == "You said: Hello!" and said.eval_count > 0)
said = "".join(piece.message.content for piece in local.chat(model="llama3.2", messages=ask["messages"], options={"num_predict": 50}, stream=True))
check("Ollama: a streamed chat parses", said == "You said: Hello!")
said = "".join(piece.response for piece in local.generate(model="llama3.2", prompt="Hello!", options={"num_predict": 50}, stream=True))
check("Ollama: a streamed text parses", said != "")
check("Ollama: vectors parse", len(local.embed(model="nomic-embed-text", input="Hello!").embeddings[0]) > 0)
stranger = ollama.Client(host=root, headers={"Authorization": "Bearer tg_test_wrong"})
check("Ollama: 401 is a ResponseError", raised(ollama.ResponseError, lambda: stranger.chat(model="llama3.2", messages=ask["messages"]), 401))


# LangChain
@tool
def add(a: int, b: int) -> int:
    """Adds."""
    return a + b


models = {
    "ChatOpenAI": ChatOpenAI(model="gpt-4o-mini", base_url=base_url, api_key=key, max_retries=0, stream_usage=True),
    "ChatAnthropic": ChatAnthropic(model="claude-haiku-4-5", base_url=root, api_key=key, max_retries=0, max_tokens=200),
    "ChatGoogleGenerativeAI": ChatGoogleGenerativeAI(model="gemini-2.5-flash", base_url=root, api_key=key, max_retries=0),
}
for name, model in models.items():
    answer = model.invoke("Hello!")
    check(f"LangChain: {name} invokes", answer.text == "You said: Hello!" and answer.usage_metadata["output_tokens"] > 0)
    pieces = list(model.stream("Hello!"))
    check(f"LangChain: {name} streams", "".join(piece.text for piece in pieces) == "You said: Hello!")
    check(f"LangChain: {name} calls a tool", model.bind_tools([add], tool_choice="any").invoke("Hello!").tool_calls[0]["name"] == "add")
# texts as they are: its tokeniser would be fetched from elsewhere
embeddings = OpenAIEmbeddings(model="text-embedding-3-small", base_url=base_url, api_key=key, check_embedding_ctx_length=False)
check("LangChain: vectors", len(embeddings.embed_query("Hello!")) > 0)

# LiteLLM's client
litellm.telemetry = False
for name, model, base in (("OpenAI", "openai/gpt-4o-mini", base_url), ("Anthropic", "anthropic/claude-haiku-4-5", root)):
    told = {"model": model, "api_base": base, "api_key": key, "messages": ask["messages"], "max_tokens": 100}
    check(f"LiteLLM: {name} completes", litellm.completion(**told).choices[0].message.content == "You said: Hello!")
    said = "".join(chunk.choices[0].delta.content or "" for chunk in litellm.completion(**told, stream=True))
    check(f"LiteLLM: {name} streams", said == "You said: Hello!")
    check(f"LiteLLM: {name}: 401 is an AuthenticationError",
          raised(litellm.AuthenticationError, lambda: litellm.completion(**{**told, "api_key": "tg_test_wrong"}, num_retries=0)))

check("all of it was paid for", balance() < before)
print(f"frameworks: {passed} checks passed")
