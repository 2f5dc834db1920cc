import { render } from "preact";
import "./styles/index.css";
import { ApiError, fetchConfig } from "./api.js";
import { Composer } from "./compose/composer.js";
import { Fleet } from "./devices/fleet.js";
import { App } from "./page/App.js";
import { StartFailure } from "./page/StartFailure.js";
import { claimTab } from "./tab.js";

const root = document.getElementById("app") as HTMLElement;

/** Draws nothing until the server has answered, so that nothing has to move afterwards. */
async function start(): Promise<void> {
  try {
    const [config, tab] = await Promise.all([fetchConfig(), claimTab()]);
    const fleet = Fleet.open(tab, config.devMode);
    render(<App config={config} fleet={fleet} composer={new Composer()} />, root);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    render(<StartFailure reason={error.message} onRetry={() => void start()} />, root);
  }
}

void start();
