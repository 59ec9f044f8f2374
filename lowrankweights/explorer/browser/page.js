// The explorer as a page: the state lives in the address, after the #.

import { addressStore } from "../../web/pixels.js";
import { Explorer } from "./explorer.js";

const data = JSON.parse(document.getElementById("data").textContent);
new Explorer(document.getElementById("explorer"), data, addressStore());
