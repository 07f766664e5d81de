"""Two answers that one wallet cannot pay to their ends, held tranche by tranche: what the official SDK makes of the cut one."""
import concurrent.futures
import json
import subprocess
import sys

import openai

ready = json.load(open(sys.argv[1]))
data = sys.argv[2]
ask = dict(model="gpt-4o-mini", messages=[{"role": "user", "content": "Hello!"}], stream=True, max_tokens=4000)
FULL = {"X-Sandbox": "tokens=4000, burst=100, barrier=2"}


def cli(*args):
    return json.loads(subprocess.check_output(["./tollgate", *args, "--data", data, "--json"]))


wallet = cli("wallet", "create", "--name", "small", "--test")["id"]
cli("wallet", "top-up", wallet, "--amount", "0.003", "--reference", "start")
client = openai.OpenAI(base_url=ready["base_url"], api_key=cli("key", "create", "--wallet", wallet)["secret"], max_retries=0)


def read():
    text = ""
    try:
        for chunk in client.chat.completions.create(extra_headers=FULL, **ask):
            text += (chunk.choices[0].delta.content or "") if chunk.choices else ""
        return text, None
    except openai.APIError as ended:
        return text, ended


with concurrent.futures.ThreadPoolExecutor(2) as pool:
    answers = [each.result() for each in [pool.submit(read), pool.submit(read)]]
ended = [each for each in answers if each[1] is not None]
if not ended:
    sys.exit("python: a wallet for one of two answers paid for both")
for text, error in ended:
    if error.code != "insufficient_funds" or not text:
        sys.exit(f"python: a cut stream: failed ({error!r} after {len(text)} characters)")
print("python: a stream that meets an empty wallet is raised as an APIError: ok")
