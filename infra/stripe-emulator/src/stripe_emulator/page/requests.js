/* Requests to the emulator that this script came from: it lies beside /v1, wherever a gateway puts both. */

const HOME = new URL("../", document.currentScript.src);

/** What the emulator answers, or `{error}` in Stripe's shape; never throws. */
async function ask(key, method, path, fields = {}) {
  const form = new URLSearchParams({ key, ...fields });
  const url = new URL(path, HOME);
  if (method === "GET") url.search = form.toString();
  try {
    const response = await fetch(url, { method, ...(method === "GET" ? {} : { body: form }) });
    const body = await response.json();
    return response.ok ? body : { error: body.error ?? unreachable() };
  } catch {
    return { error: unreachable() };
  }
}

function unreachable() {
  return { type: "api_connection_error", message: "The test till is not answering. Try again in a moment." };
}
