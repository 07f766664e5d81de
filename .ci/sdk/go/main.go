// The official Go SDKs of OpenAI, Anthropic and Google, unmodified but for base URL and key, against a gateway started by
// ./tollgate up.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"strings"

	"github.com/anthropics/anthropic-sdk-go/v2"
	anthropicoption "github.com/anthropics/anthropic-sdk-go/v2/option"
	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
	"github.com/openai/openai-go/v3/responses"
	"google.golang.org/genai"
)

var (
	ctx    = context.Background()
	passed int
	ready  struct {
		BaseURL string `json:"base_url"`
		Key     string `json:"key"`
	}
)

func check(story string, good bool) {
	if !good {
		fmt.Fprintf(os.Stderr, "go: %s: failed\n", story)
		os.Exit(1)
	}
	passed++
	fmt.Printf("go: %s: ok\n", story)
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, "go:", err)
		os.Exit(1)
	}
	return value
}

func created(arguments ...string) string {
	out := must(exec.Command("./tollgate", append(arguments, "--data", os.Args[2], "--json")...).Output())
	var made struct{ ID, Secret string }
	if err := json.Unmarshal(out, &made); err != nil {
		panic(err)
	}
	return made.ID + made.Secret
}

func main() {
	must(0, json.Unmarshal(must(os.ReadFile(os.Args[1])), &ready))
	wallet := created("wallet", "create", "--name", "empty-go", "--test")
	poor := created("key", "create", "--wallet", wallet)
	poor = poor[strings.Index(poor, "tg_"):]
	openAI(poor)
	messages(poor)
	gemini(poor)
	fmt.Printf("go: %d checks passed\n", passed)
}

func openAI(poor string) {
	make := func(key string, options ...option.RequestOption) openai.Client {
		return openai.NewClient(append(options, option.WithBaseURL(ready.BaseURL), option.WithAPIKey(key), option.WithMaxRetries(0))...)
	}
	client := make(ready.Key)
	ask := openai.ChatCompletionNewParams{
		Model:    openai.ChatModelGPT4oMini,
		Messages: []openai.ChatCompletionMessageParamUnion{openai.UserMessage("Hello!")},
	}
	var head *http.Response
	whole := must(client.Chat.Completions.New(ctx, ask, option.WithResponseInto(&head)))
	check("a whole chat parses", whole.Choices[0].Message.Content == "You said: Hello!")
	check("a whole chat has its cost in its head", head.Header.Get("X-Usage-Cost") > "0.00")
	said := ""
	stream := client.Chat.Completions.NewStreaming(ctx, ask)
	for stream.Next() {
		for _, choice := range stream.Current().Choices {
			said += choice.Delta.Content
		}
	}
	check("a streamed chat parses, comment and trailers and all", stream.Err() == nil && said == "You said: Hello!")
	answer := must(client.Responses.New(ctx, responses.ResponseNewParams{
		Model: openai.ChatModelGPT4oMini,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Hello!")},
	}))
	check("a whole response parses", answer.OutputText() == "You said: Hello!")
	said = ""
	events := client.Responses.NewStreaming(ctx, responses.ResponseNewParams{
		Model: openai.ChatModelGPT4oMini,
		Input: responses.ResponseNewParamsInputUnion{OfString: openai.String("Hello!")},
	})
	for events.Next() {
		if events.Current().Type == "response.output_text.delta" {
			said += events.Current().Delta
		}
	}
	check("a streamed response parses", events.Err() == nil && said == "You said: Hello!")
	vectors := must(client.Embeddings.New(ctx, openai.EmbeddingNewParams{
		Model: openai.EmbeddingModelTextEmbedding3Small,
		Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("Hello!")},
	}))
	check("embeddings parse", len(vectors.Data) == 1 && len(vectors.Data[0].Embedding) > 0)
	judged := must(client.Moderations.New(ctx, openai.ModerationNewParams{
		Input: openai.ModerationNewParamsInputUnion{OfString: openai.String("violence")},
	}, option.WithResponseInto(&head)))
	check("moderations are free", judged.Results[0].Flagged && head.Header.Get("X-Usage-Cost") == "0.00")
	found := false
	models := client.Models.ListAutoPaging(ctx)
	for models.Next() {
		found = found || models.Current().ID == "gpt-4o-mini"
	}
	check("models are listed", models.Err() == nil && found)

	status := func(err error) int {
		var failure *openai.Error
		if errors.As(err, &failure) {
			return failure.StatusCode
		}
		return 0
	}
	wrong := make("tg_test_wrong")
	_, err := wrong.Chat.Completions.New(ctx, ask)
	check("a wrong key is an error of status 401", status(err) == 401)
	empty := make(poor)
	_, err = empty.Chat.Completions.New(ctx, ask)
	check("an empty wallet is an error of status 402", status(err) == 402)
	_, err = client.Chat.Completions.New(ctx, ask, option.WithHeader("X-Sandbox", "status=429"))
	check("a provider's 429 is an error of status 429", status(err) == 429)
	stream = client.Chat.Completions.NewStreaming(ctx, ask, option.WithHeader("X-Sandbox", "tokens=30, cut=2000"))
	for stream.Next() {
	}
	check("an error of ours amid a chat is raised", stream.Err() != nil)
}

func messages(poor string) {
	make := func(key string) anthropic.Client {
		return anthropic.NewClient(anthropicoption.WithBaseURL(strings.TrimSuffix(ready.BaseURL, "/v1")),
			anthropicoption.WithAPIKey(key), anthropicoption.WithMaxRetries(0))
	}
	client := make(ready.Key)
	ask := anthropic.MessageNewParams{
		Model:     "claude-haiku-4-5",
		MaxTokens: 200,
		Messages:  []anthropic.MessageParam{anthropic.NewUserMessage(anthropic.NewTextBlock("Hello!"))},
	}
	var head *http.Response
	whole := must(client.Messages.New(ctx, ask, anthropicoption.WithResponseInto(&head)))
	check("a whole message parses", whole.Content[0].Text == "You said: Hello!")
	check("a whole message has its cost in its head", head.Header.Get("X-Usage-Cost") > "0.00")
	gathered := anthropic.Message{}
	stream := client.Messages.NewStreaming(ctx, ask)
	for stream.Next() {
		must(0, gathered.Accumulate(stream.Current()))
	}
	check("a streamed message parses", stream.Err() == nil && gathered.Content[0].Text == "You said: Hello!" && gathered.Usage.OutputTokens > 0)
	counted := must(client.Messages.CountTokens(ctx, anthropic.MessageCountTokensParams{
		Model:    "claude-haiku-4-5",
		Messages: ask.Messages,
	}, anthropicoption.WithResponseInto(&head)))
	check("counting tokens is free", counted.InputTokens > 0 && head.Header.Get("X-Usage-Cost") == "0.00")
	status := func(err error) int {
		var failure *anthropic.Error
		if errors.As(err, &failure) {
			return failure.StatusCode
		}
		return 0
	}
	wrong := make("tg_test_wrong")
	_, err := wrong.Messages.New(ctx, ask)
	check("a wrong key is Anthropic's error of status 401", status(err) == 401)
	empty := make(poor)
	_, err = empty.Messages.New(ctx, ask)
	check("an empty wallet is Anthropic's error of status 402", status(err) == 402)
	stream = client.Messages.NewStreaming(ctx, ask, anthropicoption.WithHeader("X-Sandbox", "tokens=30, cut=2000"))
	for stream.Next() {
	}
	check("an error of ours amid a message is raised", stream.Err() != nil)
}

func gemini(poor string) {
	make := func(key string, told string) *genai.Client {
		headers := http.Header{}
		if told != "" {
			headers.Set("X-Sandbox", told)
		}
		return must(genai.NewClient(ctx, &genai.ClientConfig{
			APIKey:      key,
			Backend:     genai.BackendGeminiAPI,
			HTTPOptions: genai.HTTPOptions{BaseURL: strings.TrimSuffix(ready.BaseURL, "/v1"), Headers: headers},
		}))
	}
	const model = "gemini-2.5-flash"
	client := make(ready.Key, "")
	whole := must(client.Models.GenerateContent(ctx, model, genai.Text("Hello!"), nil))
	check("a whole answer of Gemini's parses", whole.Text() == "You said: Hello!")
	check("it has its cost in its head", whole.SDKHTTPResponse.Headers.Get("X-Usage-Cost") > "0.00")
	said := ""
	for piece, err := range client.Models.GenerateContentStream(ctx, model, genai.Text("Hello!"), nil) {
		said += must(piece, err).Text()
	}
	check("a streamed one parses", said == "You said: Hello!")
	counted := must(client.Models.CountTokens(ctx, model, genai.Text("Hello!"), nil))
	check("Gemini counts tokens", counted.TotalTokens > 0)
	vectors := must(client.Models.EmbedContent(ctx, "gemini-embedding-001", genai.Text("Hello!"), nil))
	check("Gemini's embeddings parse", len(vectors.Embeddings) == 1 && len(vectors.Embeddings[0].Values) > 0)
	code := func(err error) int {
		var failure genai.APIError
		if errors.As(err, &failure) {
			return failure.Code
		}
		return 0
	}
	_, err := make("tg_test_wrong", "").Models.GenerateContent(ctx, model, genai.Text("Hello!"), nil)
	check("a wrong key is Google's error of code 401", code(err) == 401)
	_, err = make(poor, "").Models.GenerateContent(ctx, model, genai.Text("Hello!"), nil)
	check("an empty wallet is Google's error of code 402", code(err) == 402)
	_, err = make(ready.Key, "status=503").Models.GenerateContent(ctx, model, genai.Text("Hello!"), nil)
	check("a provider's 503 is Google's error of code 503", code(err) == 503)
}
