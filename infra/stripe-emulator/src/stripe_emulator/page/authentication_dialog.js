/* The bank's 3D Secure page, as a dialog over the merchant's page. */

/** Resolves to "pass" or "fail"; closing the dialog counts as "fail". */
function requestAuthentication(amount, appearance) {
  const host = applyAppearance(createElement("div", { "data-emulated-bank": "" }), appearance);
  const complete = createElement("button", { type: "button", class: "primary" }, "Complete authentication");
  const fail = createElement("button", { type: "button" }, "Fail authentication");
  const dialog = createElement(
    "dialog",
    { "aria-labelledby": "title", "aria-describedby": "description" },
    createElement("h2", { id: "title" }, "Confirm your payment"),
    createElement(
      "p",
      { id: "description" },
      `This is the test bank's 3D Secure page for a payment of ${amount}. Choose the result.`,
    ),
    createElement("div", { class: "actions" }, complete, fail),
  );
  attachStyledShadow(host).append(dialog);
  document.body.append(host);
  dialog.showModal();
  return new Promise((resolve) => {
    complete.addEventListener("click", () => dialog.close("pass"));
    fail.addEventListener("click", () => dialog.close("fail"));
    dialog.addEventListener("close", () => {
      host.remove();
      resolve(dialog.returnValue === "pass" ? "pass" : "fail");
    });
  });
}

/** With Stripe's decimals, which are not always the browser's. */
function formatAmount({ amount, currency }) {
  const digits = DECIMALS[currency] ?? 2;
  return new Intl.NumberFormat("en-US", {
    style: "currency",
    currency,
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(amount / 10 ** digits);
}
