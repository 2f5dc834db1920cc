import type { JSX } from "preact";
import { useCallback, useState } from "preact/hooks";
import type { ServerConfig } from "../api.js";
import type { Composer } from "../compose/composer.js";
import type { Fleet } from "../devices/fleet.js";
import { AddDeviceDialog } from "./AddDeviceDialog.js";
import { Announcer } from "./Announcer.js";
import { ComposerForm } from "./ComposerForm.js";
import { FleetView } from "./FleetView.js";
import { Header } from "./Header.js";
import { HelpDialog } from "./HelpDialog.js";
import { NotifyCommand } from "./NotifyCommand.js";
import { type Action, useShortcuts } from "./shortcuts.js";

interface AppProps {
  readonly config: ServerConfig;
  readonly fleet: Fleet;
  readonly composer: Composer;
}

/** The whole page, once the server has said what it is. */
export function App({ config, fleet, composer }: AppProps): JSX.Element {
  const [dialog, setDialog] = useState<"add" | "help">();
  // A dialog's close event comes late: by then another one may be open.
  const closeAdd = useCallback(() => setDialog((open) => (open === "add" ? undefined : open)), []);
  const closeHelp = useCallback(() => setDialog((open) => (open === "help" ? undefined : open)), []);
  const run = useCallback(
    (action: Action) => {
      if (action === "compose") document.querySelector<HTMLElement>("textarea[name=payload]")?.focus();
      else if (action === "cutAll") fleet.cutOrRestoreAll();
      else if (action === "theme") document.getElementById("theme")?.click();
      else setDialog(action);
    },
    [fleet],
  );
  useShortcuts(run);
  return (
    <>
      <a class="skip-link" href="#devices">
        Skip to the devices
      </a>
      <Header config={config} onHelp={() => setDialog("help")} />
      <main class="main">
        <section class="card" aria-labelledby="composer-title">
          {config.devMode ? <ComposerForm composer={composer} /> : <NotifyCommand />}
        </section>
        <div id="devices" class="devices" tabIndex={-1}>
          <FleetView fleet={fleet} onAdd={() => setDialog("add")} />
        </div>
      </main>
      <Announcer />
      {dialog === "add" && <AddDeviceDialog fleet={fleet} devMode={config.devMode} onClose={closeAdd} />}
      {dialog === "help" && <HelpDialog onClose={closeHelp} />}
    </>
  );
}
