import type { ComponentChildren, JSX } from "preact";

function Icon({ children }: { children: ComponentChildren }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 20 20" aria-hidden="true" focusable="false">
      {children}
    </svg>
  );
}

export const Emblem = (): JSX.Element => (
  <svg class="emblem" viewBox="0 0 32 32" aria-hidden="true" focusable="false">
    <circle class="emblem-mirror" cx="11.5" cy="20.5" r="6.5" />
    <path class="emblem-rays" d="M18.4 13.6 27 5M20.8 18.2l7-2.3M13.8 11.2l2.3-7" />
  </svg>
);

export const PlusIcon = (): JSX.Element => (
  <Icon>
    <path d="M10 4.5v11M4.5 10h11" />
  </Icon>
);

export const CloseIcon = (): JSX.Element => (
  <Icon>
    <path d="m5.5 5.5 9 9M14.5 5.5l-9 9" />
  </Icon>
);

export const ChevronIcon = (): JSX.Element => (
  <Icon>
    <path d="m7.5 5 5 5-5 5" />
  </Icon>
);

export const CutIcon = (): JSX.Element => (
  <Icon>
    <path d="M3 10h4M13 10h4M8 6.5 7.2 4M12 13.5l.8 2.5M12 6.5l.8-2.5M8 13.5 7.2 16" />
  </Icon>
);

export const RestoreIcon = (): JSX.Element => (
  <Icon>
    <path d="M3 10h14M13 6l4 4-4 4" />
  </Icon>
);

export const HelpIcon = (): JSX.Element => (
  <Icon>
    <path d="M7.2 7.4a2.9 2.9 0 1 1 4.3 2.5c-.9.5-1.5 1-1.5 2.1M10 15.2v.1" />
  </Icon>
);

export const SunIcon = (): JSX.Element => (
  <Icon>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.5v1.6M10 15.9v1.6M2.5 10h1.6M15.9 10h1.6M4.7 4.7l1.1 1.1M14.2 14.2l1.1 1.1M4.7 15.3l1.1-1.1M14.2 5.8l1.1-1.1" />
  </Icon>
);

export const MoonIcon = (): JSX.Element => (
  <Icon>
    <path d="M16 11.8A6.5 6.5 0 0 1 8.2 4a6.5 6.5 0 1 0 7.8 7.8Z" />
  </Icon>
);

export const SystemIcon = (): JSX.Element => (
  <Icon>
    <circle cx="10" cy="10" r="6.2" />
    <path class="icon-fill" d="M10 3.8a6.2 6.2 0 0 1 0 12.4Z" />
  </Icon>
);
