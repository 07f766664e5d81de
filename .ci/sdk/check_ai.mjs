// Vercel's AI SDK, unmodified but for base URL and key, against a gateway started by ./tollgate up.
import { readFileSync } from "node:fs";
import { createAnthropic } from "@ai-sdk/anthropic";
import { createGoogleGenerativeAI } from "@ai-sdk/google";
import { createOpenAI } from "@ai-sdk/openai";
import { APICallError, embed, generateText, jsonSchema, streamText, tool } from "ai";

const ready = JSON.parse(readFileSync(process.argv[2], "utf8"));
const root = ready.base_url.replace(/\/v1$/, "");
let passed = 0;

function check(story, good) {
  if (!good) {
    console.error(`ai: ${story}: failed`);
    process.exit(1);
  }
  passed++;
  console.log(`ai: ${story}: ok`);
}

const made = (apiKey) => {
  const openai = createOpenAI({ baseURL: ready.base_url, apiKey });
  return {
    "OpenAI's Responses": openai.responses("gpt-4o-mini"),
    "OpenAI's chat": openai.chat("gpt-4o-mini"),
    Anthropic: createAnthropic({ baseURL: ready.base_url, apiKey })("claude-haiku-4-5"),
    Google: createGoogleGenerativeAI({ baseURL: `${root}/v1beta`, apiKey })("gemini-2.5-flash"),
  };
};
const add = tool({
  description: "Adds",
  inputSchema: jsonSchema({ type: "object", properties: { a: { type: "integer" } } }),
});
const strangers = made("tg_test_wrong");
for (const [name, model] of Object.entries(made(ready.key))) {
  const asked = { model, prompt: "Hello!", maxOutputTokens: 200, maxRetries: 0 };
  const whole = await generateText(asked);
  check(`${name}: a whole answer`, whole.text === "You said: Hello!" && whole.usage.outputTokens > 0);
  check(`${name}: its cost is in its head`, Number(whole.response.headers["x-usage-cost"]) > 0);
  const stream = streamText(asked);
  let said = "";
  for await (const piece of stream.textStream) said += piece;
  check(`${name}: a streamed answer`, said === "You said: Hello!" && (await stream.usage).outputTokens > 0);
  const called = await generateText({ ...asked, tools: { add }, toolChoice: "required" });
  check(`${name}: a tool call`, called.toolCalls[0].toolName === "add");
  const refused = await generateText({ ...asked, model: strangers[name] }).catch((failure) => failure);
  check(`${name}: 401 is an APICallError`, APICallError.isInstance(refused) && refused.statusCode === 401 && !refused.isRetryable);
}
const vector = await embed({
  model: createOpenAI({ baseURL: ready.base_url, apiKey: ready.key }).embedding("text-embedding-3-small"),
  value: "Hello!",
});
check("a vector", vector.embedding.length > 0);
console.log(`ai: ${passed} checks passed`);
