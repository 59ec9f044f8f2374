// The explorer as a page: the state lives in the address, after the #.

import { Explorer } from "./explorer.js";

const address = {
  read: () => Object.fromEntries(new URLSearchParams(location.hash.slice(1))),
  write: (strings) => history.replaceState(null, "", `#${new URLSearchParams(strings)}`),
  listen: (changed) => addEventListener("hashchange", () => changed(address.read())),
};

new Explorer(document.getElementById("explorer"), JSON.parse(document.getElementById("data").textContent), address);
