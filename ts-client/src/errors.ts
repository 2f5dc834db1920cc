/** Thrown by a token provider: the user may not connect. The client ends and does not ask again. */
export class UnauthorizedError extends Error {
  constructor(message = "The user may not connect.", options?: { cause?: unknown }) {
    super(message, options);
    this.name = "UnauthorizedError";
  }
}
