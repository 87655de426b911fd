/* Writes plain JSON values as YAML 1.2 for people: maps as blocks, short leaves on one line. Reading YAML is the service's business. */

const PLAIN = /^[A-Za-z_](?:[A-Za-z0-9_./ -]*[A-Za-z0-9_./])?$/;
const RESERVED = /^(true|false|null|yes|no|on|off|y|n)$/i;
const LINE_WIDTH = 100;

function scalar(value) {
  if (typeof value !== 'string') return value === null ? 'null' : String(value);
  return PLAIN.test(value) && !RESERVED.test(value) ? value : JSON.stringify(value);
}

function flow(value) {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (value && typeof value === 'object') return `{${Object.entries(value).map(([key, item]) => `${scalar(key)}: ${flow(item)}`).join(', ')}}`;
  return scalar(value);
}

const isNested = (value) => value !== null && typeof value === 'object';
const isLeaf = (value) => !Object.values(value).some((item) => isNested(item) && Object.values(item).some(isNested));

function block(value, indent, depth) {
  const pad = ' '.repeat(indent);
  return Object.entries(value).map(([key, item]) => {
    const name = pad + scalar(key);
    if (!isNested(item)) return `${name}: ${scalar(item)}`;
    const line = `${name}: ${flow(item)}`;
    const short = line.length <= LINE_WIDTH && isLeaf(item);
    if (Array.isArray(item)) {
      if (short || !item.length) return line;
      return `${name}:\n${item.map((one) => `${pad}  - ${flow(one)}`).join('\n')}`;
    }
    if (short && (depth > 0 || !Object.values(item).some(isNested)) || !Object.keys(item).length) return line;
    return `${name}:\n${block(item, indent + 2, depth + 1)}`;
  }).join('\n');
}

/** A JSON object as the text of a YAML file. */
export const toYaml = (value) => `${block(value, 0, 0)}\n`;
