import { IntegrityError, NotFoundError, OperationalError, UniqueViolation } from 'athanor';
import type { FastifyError } from 'fastify';
import { HttpError } from '../http-error.ts';

/** What an answer that is not a success says. */
export interface Problem {
  readonly status: number;
  readonly message: string;
  /** The field of the request that is at fault. */
  readonly field?: string;
}

/** What to tell the caller about an error: its own fault in words, ours without details. */
export function problemOf(error: FastifyError): Problem {
  if (error.validation) return { status: 422, ...describeInvalid(error.validation) };
  if (error instanceof HttpError) return { status: error.statusCode, message: error.message, field: error.field };
  if (error instanceof NotFoundError) return { status: 404, message: 'Not found' };
  if (error instanceof UniqueViolation) {
    const field = error.column ?? undefined;
    return { status: 409, message: `There is already one with this ${field ?? 'value'}.`, field };
  }
  // Another request took away, or made, what this one was about.
  if (error instanceof IntegrityError) return { status: 409, message: 'Something that this needs has just changed; try again.' };
  if (error instanceof OperationalError) return { status: 503, message: 'The database is busy; try again in a moment.' };
  const status = error.statusCode ?? 500;
  return status >= 500 ? { status: 500, message: 'Something went wrong on our side.' } : { status, message: error.message };
}

type Invalid = NonNullable<FastifyError['validation']>[number];

function describeInvalid(problems: readonly Invalid[]): Pick<Problem, 'message' | 'field'> {
  // `anyOf` repeats what the alternatives said already.
  const [first] = problems;
  const path = first.instancePath.split('/').filter(Boolean);
  if (first.keyword === 'required') path.push(String(first.params.missingProperty));
  const field = path[0];
  const expected = first.keyword === 'required' ? 'is required' : (expectations[String(first.params.format)] ?? first.message);
  return { message: `${path.length > 0 ? path.join('.') : 'The body'} ${expected}`, field };
}

const expectations: Readonly<Record<string, string>> = {
  plain: 'must not hold NUL characters or broken Unicode',
  name: 'must not be blank, hold NUL characters or broken Unicode',
  money: 'must be an amount with at most two decimal places',
};
