/** An answer other than success, with the text that the caller gets to read. */
export class HttpError extends Error {
  override name = 'HttpError';
  readonly statusCode: number;
  /** The field of the request that is at fault, where there is one. */
  readonly field: string | undefined;

  constructor(statusCode: number, message: string, field?: string) {
    super(message);
    this.statusCode = statusCode;
    this.field = field;
  }
}
