/** Every failure that has a name. The code decides the HTTP status and the command line's exit code. */
const STATUS = {
  building: 202,
  bad_request: 400,
  unauthorized: 401,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  too_large: 413,
  too_many: 429,
  not_ready: 503,
  unavailable: 503,
  setup: 500,
  internal: 500,
} as const;

export type ErrorCode = keyof typeof STATUS;

interface Details {
  /** Name of the parameter, option, column or setting that is wrong. */
  field?: string;
  /** What was given there. */
  given?: string;
  /** When it is worth trying again. */
  retryAfterS?: number;
  /** What would have been possible instead. */
  allowed?: readonly unknown[];
  cause?: unknown;
}

/** The project's one error: a code, a sentence for people, and what was wrong where. The cause is logged, never sent. */
export class HekanError extends Error {
  readonly code: ErrorCode;
  readonly field: string | undefined;
  readonly given: string | undefined;
  readonly retryAfterS: number | undefined;
  readonly allowed: readonly unknown[] | undefined;

  constructor(code: ErrorCode, message: string, details: Details = {}) {
    super(message, { cause: details.cause });
    this.name = 'HekanError';
    this.code = code;
    this.field = details.field;
    this.given = details.given;
    this.retryAfterS = details.retryAfterS;
    this.allowed = details.allowed;
  }

  get status() {
    return STATUS[this.code];
  }
}

/** A request that names a wrong value: 400 with the field and what was given (cut to 200 characters). */
export function badRequest(field: string, given: string, expected: string): HekanError {
  const shown = given.length > 200 ? `${given.slice(0, 200)}…` : given;
  return new HekanError('bad_request', `${field}: expected ${expected}, got ${JSON.stringify(shown)}`, {
    field,
    given: shown,
  });
}
