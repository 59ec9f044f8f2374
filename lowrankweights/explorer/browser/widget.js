// The explorer as a notebook widget: the state lives in the trait `state`.

import { Explorer } from "./explorer.js";

function render({ model, el }) {
  const trait = {
    read: () => model.get("state"),
    write: (strings) => {
      trait.written = JSON.stringify(strings);
      model.set("state", strings);
      model.save_changes();
    },
    listen: (changed) => model.on("change:state", () => {
      const strings = model.get("state");
      if (JSON.stringify(strings) !== trait.written) changed(strings);
    }),
  };
  const explorer = new Explorer(el, model.get("contents"), trait);
  explorer.save();
}

export default { render };
