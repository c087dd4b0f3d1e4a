/* window.Stripe: what a page with a PaymentElement uses of Stripe.js, on the emulator's API. */

// The API of pages is beside the script, under whatever prefix a gateway has for both.
const BASE_URL = new URL("./", document.currentScript.src);
const UNREACHABLE = {
  type: "api_connection_error",
  message: "The test payment service is not responding. Try again in a moment.",
};

class EmulatedStripe {
  constructor(key) {
    if (typeof key !== "string" || !key.startsWith("pk_test_")) {
      throw new IntegrationError(
        "The emulator requires a publishable test key: one that begins with pk_test_.",
      );
    }
    this.key = key;
  }

  // @stripe/react-stripe-js accepts only objects that have these methods.
  createToken = unsupported;
  createPaymentMethod = unsupported;
  confirmCardPayment = unsupported;

  elements(options) {
    this.latest = new Elements(options);
    return this.latest;
  }

  async createConfirmationToken({ elements, params = {} }) {
    if (!elements.isSubmitted) {
      throw new IntegrationError(
        "elements.submit() must be called, without an error, before createConfirmationToken().",
      );
    }
    const method = elements.requirePayment().form.paymentMethod("payment_method_data");
    const extra = params.return_url ? { return_url: params.return_url } : {};
    const token = await this.request("POST", "confirmation_tokens", { ...method, ...extra });
    elements.isSubmitted = false;
    return token.error ? token : { confirmationToken: token };
  }

  async retrievePaymentIntent(clientSecret) {
    const intent = await this.request("GET", intentPath(clientSecret), { client_secret: clientSecret });
    return intent.error ? intent : { paymentIntent: intent };
  }

  /** Asks for 3D Secure, if the intent requires it. */
  async handleNextAction({ clientSecret }) {
    const { paymentIntent, error } = await this.retrievePaymentIntent(clientSecret);
    if (error || paymentIntent.status !== "requires_action") return error ? { error } : { paymentIntent };
    const outcome = await requestAuthentication(formatAmount(paymentIntent), this.latest?.options.appearance);
    const path = `${intentPath(clientSecret)}/emulate_3ds`;
    const intent = await this.request("POST", path, { client_secret: clientSecret, outcome });
    if (intent.error) return intent;
    return intent.last_payment_error ? { error: intent.last_payment_error } : { paymentIntent: intent };
  }

  /** The response, or `{error}` in Stripe's shape; never throws. */
  async request(method, path, fields) {
    const form = new URLSearchParams({ key: this.key, ...fields });
    const url = new URL(path, BASE_URL);
    if (method === "GET") url.search = form.toString();
    try {
      const response = await fetch(url, { method, ...(method === "GET" ? {} : { body: form }) });
      const body = await response.json();
      return response.ok ? body : { error: body.error ?? UNREACHABLE };
    } catch {
      return { error: UNREACHABLE };
    }
  }
}

async function unsupported() {
  throw new IntegrationError(
    "Not supported by the emulator: use createConfirmationToken() and handleNextAction().",
  );
}

function intentPath(clientSecret) {
  return `payment_intents/${clientSecret.split("_secret_")[0]}`;
}

window.Stripe = Object.assign((key) => new EmulatedStripe(key), { version: "endive" });
