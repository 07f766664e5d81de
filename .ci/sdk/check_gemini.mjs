// Google's official Node SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up.
import { ApiError, GoogleGenAI } from "@google/genai";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";

const [, , readyFile, data] = process.argv;
const ready = JSON.parse(readFileSync(readyFile, "utf8"));
const baseUrl = ready.base_url.replace(/\/v1$/, "");
const model = "gemini-2.5-flash";
const ask = { model, contents: "Hello!" };
let passed = 0;

function check(story, good) {
  if (!good) {
    console.error(`node-gemini: ${story}: failed`);
    process.exit(1);
  }
  passed++;
  console.log(`node-gemini: ${story}: ok`);
}

const sdk = (apiKey, headers = {}) => new GoogleGenAI({ apiKey, httpOptions: { baseUrl, headers } }).models;
const told = (directives, more = {}) => sdk(ready.key, { "X-Sandbox": directives, ...more });
const cli = (...args) => JSON.parse(execFileSync("./tollgate", [...args, "--data", data, "--json"]));
const all = async (stream) => {
  const pieces = [];
  for await (const piece of await stream) pieces.push(piece);
  return pieces;
};
const refusedWith = (status, asked) => asked().then(() => false,
  (refusal) => refusal instanceof ApiError && refusal.status === status && /"error"/.test(refusal.message));

const models = sdk(ready.key);
const whole = await models.generateContent(ask);
check("a whole answer parses", whole.text === "You said: Hello!");
check("a whole answer has its cost in its head", Number(whole.sdkHttpResponse.headers["x-usage-cost"]) > 0);
const pieces = await all(models.generateContentStream(ask));
check("a stream parses", pieces.map((piece) => piece.text).join("") === "You said: Hello!");
check("a stream's usage arrives", pieces.at(-1).usageMetadata.candidatesTokenCount === 4);
const tools = [{ functionDeclarations: [{ name: "add", parameters: { type: "OBJECT", properties: { text: { type: "STRING" } } } }] }];
check("a whole function call", (await models.generateContent({ ...ask, config: { tools } })).functionCalls[0].args.text === "Hello!");
check("a streamed function call",
  (await all(models.generateContentStream({ ...ask, config: { tools } }))).at(-1).functionCalls[0].name === "add");
const announced = told("tokens=9", { "X-Tollgate-Announce": "usage" });
check("the cost is in the usage object", Number((await announced.generateContent(ask)).usageMetadata.cost) > 0);
check("so it is in a stream's", Number((await all(announced.generateContentStream(ask))).at(-1).usageMetadata.cost) > 0);
const embedded = await models.embedContent({ model: "gemini-embedding-001", contents: ["Hello!", "again"], config: { outputDimensionality: 4 } });
check("embeddings parse", embedded.embeddings.length === 2 && embedded.embeddings.every((each) => each.values.length === 4));
check("tokens are counted", (await models.countTokens(ask)).totalTokens === 4);
const names = [];
for await (const each of await models.list()) names.push(each.name);
check("models are listed", names.includes(`models/${model}`));
check("a model is told", (await models.get({ model })).outputTokenLimit === 65536);

check("401 is an ApiError", await refusedWith(401, () => sdk("tg_test_wrong").generateContent(ask)));
for (const status of [429, 503]) {
  check(`a provider's ${status} is an ApiError`, await refusedWith(status, () => told(`status=${status}`).generateContent(ask)));
  check(`so it is where a stream was asked for: ${status}`,
    await refusedWith(status, () => all(told(`status=${status}`).generateContentStream(ask))));
}
check("an error of ours amid a stream is raised",
  await all(told("cut=4000, tokens=30").generateContentStream(ask)).then(() => false, (failure) => failure instanceof Error));
check("a server tool is an ApiError", await refusedWith(400, () => models.generateContent({ ...ask, config: { tools: [{ googleSearch: {} }] } })));
const poor = cli("key", "create", "--wallet", cli("wallet", "create", "--name", "empty", "--test").id).secret;
check("402 is an ApiError", await refusedWith(402, () => sdk(poor).generateContent(ask)));
console.log(`node-gemini: ${passed} checks passed`);
