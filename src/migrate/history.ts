import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { migrationError } from './errors.ts';
import type { Operations } from './operations.ts';

/** A migration: what one file under `migrations/versions` exports. Alembic: `Script`. */
export interface Revision {
  readonly revision: string;
  /** The revision before it; null for the first. */
  readonly downRevision: string | null;
  readonly message: string;
  /** The file's path. */
  readonly file: string;
  upgrade(op: Operations): Promise<void> | void;
  downgrade(op: Operations): Promise<void> | void;
}

/** All migrations of a folder in their one line. Alembic: `ScriptDirectory`. */
export interface History {
  readonly directory: string;
  /** From the first to the newest. */
  readonly revisions: readonly Revision[];
}

/** The folder of the migration files. */
export function versionsFolder(directory: string): string {
  return join(directory, 'versions');
}

const MODULE = /(?<!\.d)\.[cm]?[jt]s$/;

/** Reads the migrations of a folder; none where it does not exist. Throws a MigrationError where they are not one line. */
export async function readHistory(directory: string): Promise<History> {
  const folder = versionsFolder(directory);
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    names = [];
  }
  const files = names.filter((name) => MODULE.test(name) && !name.startsWith('.')).sort();
  const revisions = await Promise.all(files.map((name) => load(join(folder, name))));
  return { directory, revisions: inLine(revisions, folder) };
}

async function load(file: string): Promise<Revision> {
  // A file that was changed since this process read it is read again.
  const { mtimeNs } = await stat(file, { bigint: true });
  let module: Record<string, unknown>;
  try {
    module = (await import(/* @vite-ignore */ `${pathToFileURL(file).href}?modified=${mtimeNs}`)) as Record<string, unknown>;
  } catch (error) {
    throw migrationError('migrate.not-loaded', [file, error instanceof Error ? error.message : String(error)], { cause: error });
  }
  const { revision, downRevision, message = '', upgrade, downgrade } = module;
  const bad = (reason: string): never => {
    throw migrationError('migrate.bad-file', [file, reason]);
  };
  if (typeof revision !== 'string' || !/^[\w.-]+$/.test(revision)) return bad('its revision is not a word');
  if (downRevision !== null && typeof downRevision !== 'string') return bad('its downRevision is neither a revision nor null');
  if (typeof message !== 'string') return bad('its message is not a string');
  if (typeof upgrade !== 'function' || typeof downgrade !== 'function')
    return bad('it does not export the functions upgrade and downgrade');
  return {
    revision,
    downRevision,
    message,
    file,
    upgrade: upgrade as Revision['upgrade'],
    downgrade: downgrade as Revision['downgrade'],
  };
}

/** The revisions each after the one it comes after. */
function inLine(revisions: readonly Revision[], folder: string): Revision[] {
  const files = (list: readonly Revision[]): string => list.map((revision) => basename(revision.file)).join(', ');
  const byId = Map.groupBy(revisions, (revision) => revision.revision);
  for (const [id, same] of byId) if (same.length > 1) throw migrationError('migrate.duplicate-revision', [id, files(same)]);
  const after = Map.groupBy(revisions, (revision) => revision.downRevision);
  for (const [parent, children] of after) {
    if (parent !== null && !byId.has(parent)) throw migrationError('migrate.missing-parent', [basename(children[0].file), parent, folder]);
    if (children.length > 1) throw migrationError('migrate.several-heads', [parent ?? 'the empty database', files(children)]);
  }
  const line: Revision[] = [];
  for (let next = after.get(null)?.[0]; next !== undefined; next = after.get(next.revision)?.[0]) line.push(next);
  if (line.length < revisions.length) {
    throw migrationError('migrate.circle', [files(revisions.filter((revision) => !line.includes(revision)))]);
  }
  return line;
}

/** The newest revision, or null where there is none. Alembic: `get_current_head()`. */
export function headOf(history: History): string | null {
  return history.revisions.at(-1)?.revision ?? null;
}

/** How many migrations have been applied to a database at this revision. Throws a MigrationError for one that is not there. */
export function positionOf(history: History, revision: string | null): number {
  if (revision === null) return 0;
  const place = history.revisions.findIndex((candidate) => candidate.revision === revision);
  if (place === -1) throw migrationError('migrate.foreign-revision', [revision, versionsFolder(history.directory)]);
  return place + 1;
}

/**
 * How many migrations a target leaves applied: an id or the beginning of one, `head`, `base`, or steps such as `+1` and
 * `-1` from `position`. Throws a MigrationError where it is none of them.
 */
export function resolveTarget(history: History, target: string, position: number): number {
  const { revisions } = history;
  if (target === 'base') return 0;
  if (target === 'head') return revisions.length;
  if (/^[+-]\d+$/.test(target)) {
    const wanted = position + Number(target);
    if (wanted < 0) throw migrationError('migrate.too-far', [target, position, 'undone']);
    if (wanted > revisions.length) throw migrationError('migrate.too-far', [target, revisions.length - position, 'applied']);
    return wanted;
  }
  const exact = revisions.findIndex((revision) => revision.revision === target);
  if (exact !== -1) return exact + 1;
  const places = revisions.flatMap((revision, place) => (target !== '' && revision.revision.startsWith(target) ? [place] : []));
  if (places.length > 1) {
    throw migrationError('migrate.ambiguous-revision', [target, places.map((place) => revisions[place].revision).join(', ')]);
  }
  if (places.length === 0) throw migrationError('migrate.unknown-revision', [target, versionsFolder(history.directory)]);
  return places[0] + 1;
}
