import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';

/** A file that can't be imported at all; the message says what is wrong with it. */
export class FileError extends Error {
  override name = 'FileError';
}

/** One row: where it begins in the file, and its cells by column, trimmed. */
export interface CsvRow {
  readonly line: number;
  get(column: string): string;
}

/** A row that could not be used, and why. */
export interface BadRow {
  readonly line: number;
  readonly reason: string;
}

/** The rows of a CSV file in UTF-8, with a first row that names the columns; rows that can't be read go to `report`. */
export async function readCsv(file: string, required: readonly string[], report: (row: BadRow) => void): Promise<CsvRow[]> {
  // One kind of line end, so that the parser's count of lines is the editor's.
  const text = decode(await readBytes(file)).replaceAll(/\r\n?/g, '\n');
  const unreadable: BadRow[] = [];
  const records = parse(text, {
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    skip_records_with_error: true,
    on_skip: (error) => {
      if (error instanceof CsvError) unreadable.push({ line: Number(error.lines) || 1, reason: error.message });
      return undefined;
    },
  }) as unknown as { info: { lines: number }; record: string[] }[];
  const [head, ...rest] = records;
  if (!head || unreadable.some(({ line }) => line < head.info.lines))
    throw new FileError(unreadable[0] ? `Not a CSV file: ${unreadable[0].reason}` : 'The file is empty.');
  unreadable.forEach(report);
  const columns = columnsOf(head.record, required);
  const rows: CsvRow[] = [];
  for (const { info, record } of rest) {
    const line = info.lines - record.reduce((lines, cell) => lines + cell.split('\n').length - 1, 0);
    if (record.every((cell) => cell.trim() === '')) continue;
    if (record.slice(head.record.length).some((cell) => cell.trim() !== '')) {
      report({ line, reason: `it has ${record.length} cells, and the file ${head.record.length} columns` });
    } else if (record.some((cell) => cell.includes('\0'))) {
      report({ line, reason: 'it holds NUL characters' });
    } else {
      rows.push({ line, get: (column) => (record[columns.get(column.toLowerCase()) ?? -1] ?? '').trim() });
    }
  }
  return rows;
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = { ENOENT: 'There is no such file.', EISDIR: 'It is a folder.', EACCES: 'It may not be read.' };
    throw new FileError(reasons[code ?? ''] ?? `It can't be read: ${(error as Error).message}`);
  }
}

function decode(bytes: Buffer): string {
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (utf16) throw new FileError('The file is in UTF-16; save it as CSV in UTF-8.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new FileError(`Line ${firstBadLine(bytes)} is not UTF-8; save the file as CSV in UTF-8.`);
  }
}

function firstBadLine(bytes: Buffer): number {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = 1;
  for (let start = 0; start < bytes.length; line++) {
    const end = bytes.indexOf(0x0a, start) + 1 || bytes.length;
    try {
      decoder.decode(bytes.subarray(start, end));
    } catch {
      return line;
    }
    start = end;
  }
  return line;
}

function columnsOf(head: readonly string[], required: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map<string, number>();
  head.forEach((name, i) => {
    const key = name.trim().toLowerCase();
    if (!columns.has(key)) columns.set(key, i);
  });
  const missing = required.filter((name) => !columns.has(name.toLowerCase()));
  if (missing.length > 0) {
    const names = missing.map((name) => `"${name}"`).join(', ');
    throw new FileError(`Not a Shopify product CSV: the first row has no column ${names}.`);
  }
  return columns;
}
