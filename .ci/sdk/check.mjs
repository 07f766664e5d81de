// The official Node SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up.
import { readFileSync } from "node:fs";
import { execFileSync } from "node:child_process";
import OpenAI from "openai";

const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const data = process.argv[3];
const make = (apiKey) => new OpenAI({ baseURL: ready.base_url, apiKey, maxRetries: 0 });
const client = make(ready.key);
const ask = { model: "gpt-4o-mini", messages: [{ role: "user", content: "Hello!" }] };
const tools = [{ type: "function", function: { name: "add", parameters: { type: "object", properties: { a: { type: "integer" } } } } }];
let passed = 0;

function check(story, good) {
  if (!good) {
    console.error(`node: ${story}: failed`);
    process.exit(1);
  }
  passed++;
  console.log(`node: ${story}: ok`);
}

const cli = (...args) => JSON.parse(execFileSync("./tollgate", [...args, "--data", data, "--json"]));

async function refusedWith(kind, status, key, options = {}) {
  try {
    await make(key).chat.completions.create(ask, options);
  } catch (refusal) {
    return refusal instanceof kind && refusal.status === status;
  }
  return false;
}

const whole = await client.chat.completions.create(ask).withResponse();
check("a whole answer has its cost in its head", Number(whole.response.headers.get("x-usage-cost")) > 0);
check("a whole answer parses", whole.data.choices[0].message.content.startsWith("You said"));

const streamed = await client.chat.completions.create({ ...ask, stream: true }).withResponse();
let text = "";
for await (const chunk of streamed.data) text += chunk.choices[0]?.delta?.content ?? "";
check("a stream parses", text === "You said: Hello!");
const shown = await client.get(`/exchanges/${streamed.response.headers.get("x-tollgate-request-id")}`);
check("a stream's cost is read by the id in its head", Number(shown.charge) > 0);

let usage;
for await (const chunk of await client.chat.completions.create({ ...ask, stream: true },
  { headers: { "X-Tollgate-Announce": "usage" } })) usage = chunk.usage ?? usage;
check("a stream's cost is in its usage object", Number(usage.cost) > 0);

const called = await client.chat.completions.create({ ...ask, tools, tool_choice: "required" });
check("a whole tool call", called.choices[0].message.tool_calls[0].function.name === "add");
let name;
for await (const chunk of await client.chat.completions.create({ ...ask, tools, tool_choice: "required", stream: true })) {
  name ??= chunk.choices[0]?.delta?.tool_calls?.[0]?.function?.name;
}
check("a streamed tool call", name === "add");

const embedded = await client.embeddings.create({ model: "text-embedding-3-small", input: ["Hello!", "again"], dimensions: 4 }).withResponse();
check("embeddings have their cost in their head", Number(embedded.response.headers.get("x-usage-cost")) > 0);
check("embeddings parse from base64", embedded.data.data.every((each) => each.embedding.length === 4));
const floats = await client.embeddings.create({ model: "text-embedding-3-small", input: [1, 2, 3], encoding_format: "float" });
check("embeddings of tokens come as numbers", floats.usage.prompt_tokens === 3 && floats.data[0].embedding.length === 8);
const judged = await client.moderations.create({ input: "violence" }).withResponse();
check("moderations are free", judged.response.headers.get("x-usage-cost") === "0.00" && judged.data.results[0].flagged);

const ids = [];
for await (const model of client.models.list()) ids.push(model.id);
check("models are listed", ids.includes("gpt-4o-mini") && !ids.includes("claude-haiku-4-5"));
check("a model has our price", Number((await client.models.retrieve("gpt-4o-mini")).pricing.per_million.input) > 0);
check("an unknown model is a NotFoundError",
  await client.models.retrieve("nonsense").then(() => false, (missing) => missing instanceof OpenAI.NotFoundError));

const legacy = { model: "gpt-3.5-turbo-instruct", prompt: "Hello!", max_tokens: 20 };
check("a whole completion parses", (await client.completions.create(legacy)).choices[0].text === " and so on: Hello!");
let continued = "";
for await (const chunk of await client.completions.create({ ...legacy, stream: true })) continued += chunk.choices[0].text;
check("a streamed completion parses", continued === " and so on: Hello!");

const respond = { model: "gpt-4o-mini", input: "Hello!" };
const answer = await client.responses.create(respond).withResponse();
check("a whole response has its cost in its head", Number(answer.response.headers.get("x-usage-cost")) > 0);
check("a whole response parses", answer.data.output_text === "You said: Hello!");
let said = "", final;
for await (const event of await client.responses.create({ ...respond, stream: true })) {
  if (event.type === "response.output_text.delta") said += event.delta;
  if (event.type === "response.completed") final = event.response;
}
check("a streamed response parses", said === "You said: Hello!" && final.usage.output_tokens > 0);
const calls = [{ type: "function", name: "add", strict: false, parameters: { type: "object", properties: {} } }];
check("a response calls a tool", (await client.responses.create({ ...respond, tools: calls })).output[0].name === "add");
const refused = await client.responses.create({ ...respond, tools: [{ type: "web_search" }] }).catch((refusal) => refusal);
check("a server tool is a BadRequestError", refused instanceof OpenAI.BadRequestError && refused.code === "unbounded_input");
const broken = await (async () => {
  for await (const event of await client.responses.create({ ...respond, stream: true }, { headers: { "X-Sandbox": "cut=4000, tokens=30" } }));
})().catch((failure) => failure);
check("an error of ours amid a response is raised", broken instanceof OpenAI.APIError);

check("401 is an AuthenticationError", await refusedWith(OpenAI.AuthenticationError, 401, "tg_test_wrong"));
check("a provider's 429 is a RateLimitError",
  await refusedWith(OpenAI.RateLimitError, 429, ready.key, { headers: { "X-Sandbox": "status=429" } }));
const poor = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "empty", "--test").id).secret;
check("402 is an APIError", await refusedWith(OpenAI.APIError, 402, poor));
const live = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "live").id).secret;
check("503 is an InternalServerError", await refusedWith(OpenAI.InternalServerError, 503, live));
console.log(`node: ${passed} checks passed`);
