import type { JSX } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";
import { setSpeaker } from "../announce.js";

/** The page's live region for what happens to the devices. */
export function Announcer(): JSX.Element {
  const [text, setText] = useState("");
  useLayoutEffect(() => {
    setSpeaker(setText);
    return () => setSpeaker(undefined);
  }, []);
  return (
    <div role="status" class="visually-hidden">
      {text}
    </div>
  );
}
