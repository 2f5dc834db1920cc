import { Observable } from "../observable.js";
import { type DeviceSpec, firstDevices, session } from "../session.js";
import { Device } from "./device.js";

/** The devices of this tab, kept between visits. */
export class Fleet extends Observable {
  readonly #stop = new Map<Device, () => void>();
  #kept: readonly DeviceSpec[] = [];

  private constructor(
    private readonly tab: number,
    private readonly devMode: boolean,
  ) {
    super();
  }

  /** The devices of the last visit; on a first visit to a development server two that connect at once. */
  static open(tab: number, devMode: boolean): Fleet {
    const fleet = new Fleet(tab, devMode);
    for (const spec of session.devices(tab) ?? (devMode ? firstDevices(tab) : [])) fleet.add(spec);
    return fleet;
  }

  get devices(): readonly Device[] {
    return [...this.#stop.keys()];
  }

  get allCut(): boolean {
    const { devices } = this;
    return devices.length > 0 && devices.every(({ cut }) => cut);
  }

  has(spec: DeviceSpec): boolean {
    return this.devices.some((device) => device.spec.user === spec.user && device.spec.device === spec.device);
  }

  /** Adds and connects a device. Without a token outside development mode it waits for one. */
  add(spec: DeviceSpec, token?: string): void {
    const device = new Device(spec, this.devMode, token);
    this.#stop.set(
      device,
      device.onChange(() => {
        this.#keep();
        this.changed();
      }),
    );
    device.connect();
    this.#keep();
    this.changed();
  }

  remove(device: Device): void {
    this.#stop.get(device)?.();
    this.#stop.delete(device);
    void device.close();
    this.#keep();
    this.changed();
  }

  /** Restores all when every device is cut, else cuts those that are not. */
  cutOrRestoreAll(): void {
    const restore = this.allCut;
    for (const device of this.devices) {
      if (restore) device.restore();
      else if (!device.cut) device.cutOff();
    }
  }

  #keep(): void {
    const specs = this.devices.map(({ spec }) => spec);
    if (specs.length === this.#kept.length && specs.every((spec, index) => spec === this.#kept[index])) return;
    this.#kept = specs;
    session.keepDevices(this.tab, specs);
  }
}
