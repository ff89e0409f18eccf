import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import nunjucks from 'nunjucks';

const folder = fileURLToPath(new URL('../../templates', import.meta.url));
const publicFolder = new URL('../../public/', import.meta.url);

const environment = new nunjucks.Environment(new nunjucks.FileSystemLoader(folder), { autoescape: true });

/** Changes when a static file does, so that browsers may keep the files for long. */
const version = createHash('sha256')
  .update(readFileSync(new URL('style.css', publicFolder)))
  .update(readFileSync(new URL('pictures.js', publicFolder)))
  .digest('hex')
  .slice(0, 10);

/** Renders one of the templates; every value is escaped. */
export function render(template: string, values: object): string {
  return environment.render(`${template}.njk`, { version, ...values });
}
