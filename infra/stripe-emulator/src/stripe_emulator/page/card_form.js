/* The card form: three labelled fields and buttons that fill in test cards, in a shadow root. */

const FIELDS = [
  { name: "number", label: "Card number", placeholder: "1234 1234 1234 1234", group: groupNumber, max: 19 },
  { name: "exp", label: "Expires", placeholder: "MM / YY", group: groupExpiry, max: 4 },
  { name: "csc", label: "Security code", placeholder: "CVC", group: (digits) => digits, max: 4 },
];

const TEST_CARDS = {
  Succeeds: "4242424242424242",
  Declined: "4000000000000002",
  "Insufficient funds": "4000000000009995",
  "3D Secure": "4000000000003220",
};

/** Sets the page's appearance as CSS variables on the element. */
function applyAppearance(host, appearance) {
  const variables = appearance?.variables ?? {};
  const values = {
    "--text": variables.colorText,
    "--muted": variables.colorTextSecondary,
    "--background": variables.colorBackground,
    "--accent": variables.colorPrimary,
    "--on-accent": appearance?.theme === "night" ? "#1d0f0a" : undefined,
    "--radius": variables.borderRadius,
    "--border": /(?:#|rgb|hsl)[^;]*$/.exec(appearance?.rules?.[".Input"]?.border ?? "")?.[0],
  };
  for (const [name, value] of Object.entries(values)) host.style.setProperty(name, value ?? "");
  return host;
}

function attachStyledShadow(host) {
  const root = host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  return root;
}

function createElement(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

class CardForm {
  constructor(appearance, onChange) {
    this.host = applyAppearance(document.createElement("div"), appearance);
    this.onChange = onChange;
    this.fields = Object.fromEntries(FIELDS.map((field) => [field.name, this.createField(field)]));
    const { number, exp, csc } = this.fields;
    const row = createElement("div", { class: "row" }, exp.block, csc.block);
    attachStyledShadow(this.host).append(this.createTestCards(), number.block, row);
  }

  createField({ name, label, placeholder, group, max }) {
    const input = createElement("input", {
      id: name,
      type: "text",
      inputmode: "numeric",
      "aria-describedby": `${name}-error`,
      autocomplete: `cc-${name}`,
      placeholder,
    });
    const error = createElement("p", { id: `${name}-error`, class: "error" });
    input.addEventListener("input", () => this.handleInput(input, group, max));
    // Only when the focus moves to another field: a message that appears under the pointer would move the button.
    input.addEventListener("blur", ({ relatedTarget }) => {
      if (this.contains(relatedTarget) && input.value) this.validate(name);
    });
    input.addEventListener("keydown", ({ key }) => {
      if (key === "Enter") this.host.closest("form")?.requestSubmit();
    });
    const block = createElement(
      "div",
      { class: "field" },
      createElement("label", { for: name }, label),
      input,
      error,
    );
    return { input, error, block };
  }

  /** Groups the digits, unless the caret is in the middle of them. */
  handleInput(input, group, max) {
    const isAtEnd = input.selectionStart === input.value.length;
    if (isAtEnd) input.value = group(digitsOf(input.value).slice(0, max));
    input.removeAttribute("aria-invalid");
    this.fields[input.id].error.textContent = "";
    this.onChange();
  }

  contains(element) {
    return element instanceof HTMLInputElement && this.host.shadowRoot.contains(element);
  }

  createTestCards() {
    const buttons = Object.entries(TEST_CARDS).map(([label, number]) => {
      const button = createElement("button", { type: "button" }, label);
      button.addEventListener("click", () => this.fill(number));
      return button;
    });
    const cards = createElement("div", { class: "cards" }, ...buttons);
    return createElement("fieldset", {}, createElement("legend", {}, "Test cards"), cards);
  }

  fill(number) {
    const year = String((new Date().getFullYear() + 4) % 100).padStart(2, "0");
    const values = { number: groupNumber(number), exp: `12 / ${year}`, csc: "123" };
    for (const [name, value] of Object.entries(values)) {
      this.fields[name].input.value = value;
      this.validate(name);
    }
    this.onChange();
  }

  digits(name) {
    return digitsOf(this.fields[name].input.value);
  }

  errorOf(name) {
    const digits = this.digits(name);
    if (name === "number") return numberError(digits);
    return name === "exp" ? expiryError(digits) : cvcError(digits, this.digits("number"));
  }

  /** Shows the field's error, if it has one, and returns it. */
  validate(name) {
    const { input, error } = this.fields[name];
    const message = this.errorOf(name);
    error.textContent = message ?? "";
    if (message) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return message;
  }

  /** Shows all errors and focuses the first invalid field; returns its error, or null. */
  validateAll() {
    const invalid = FIELDS.map(({ name }) => name).filter((name) => this.validate(name));
    if (invalid.length === 0) return null;
    this.fields[invalid[0]].input.focus();
    return this.errorOf(invalid[0]);
  }

  get isComplete() {
    return FIELDS.every(({ name }) => this.errorOf(name) === null);
  }

  get isEmpty() {
    return FIELDS.every(({ name }) => this.digits(name) === "");
  }

  /** The parameters of a PaymentMethod, under a name such as `payment_method_data`. */
  paymentMethod(parent) {
    const expiry = this.digits("exp");
    return {
      [`${parent}[type]`]: "card",
      [`${parent}[card][number]`]: this.digits("number"),
      [`${parent}[card][exp_month]`]: expiry.slice(0, 2),
      [`${parent}[card][exp_year]`]: expiry.slice(2),
      [`${parent}[card][cvc]`]: this.digits("csc"),
    };
  }
}
