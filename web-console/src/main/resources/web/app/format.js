/* How numbers, durations, ages and sizes are written. A real minus sign, an en dash for what is missing, never "NaN". */

export const MISSING = '–';

/** The double behind a JSON number of the service, where NaN and infinities travel as strings; NaN for null. */
export function asNumber(value) {
  if (typeof value === 'number') return value;
  if (value === 'Infinity') return Infinity;
  if (value === '-Infinity') return -Infinity;
  return NaN;
}

const minus = (text) => text.replace(/-/g, '−');

function significant(value, trim) {
  if (value === null || value === undefined || Number.isNaN(value)) return MISSING;
  if (value === Infinity) return '∞';
  if (value === -Infinity) return '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 1e-3 || size >= 1e6) {
    let [mantissa, exponent] = value.toExponential(3).split('e');
    if (trim) mantissa = mantissa.replace(/\.?0+$/, '');
    return minus(`${mantissa}e${exponent.replace('+', '')}`);
  }
  if (Number.isInteger(value)) return minus(String(value));
  let text = size >= 1e4 ? value.toFixed(0) : value.toPrecision(4);
  if (trim && text.includes('.')) text = text.replace(/\.?0+$/, '');
  return minus(text);
}

/** Four significant digits, trailing zeros kept so that a column of them lines up. */
export const metric = (value) => significant(value, false);

/** Four significant digits, trailing zeros dropped: parameters and axis labels. */
export const number = (value) => significant(value, true);

/** A parameter or any other plain JSON value. */
export function plain(value) {
  if (value === null || value === undefined) return MISSING;
  if (typeof value === 'number') return number(value);
  if (value === 'NaN') return MISSING;
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The value in full, for tooltips and the clipboard. */
export function exact(value) {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The signed difference to the best, e.g. "+0.0031". */
export function delta(value) {
  if (!Number.isFinite(value)) return '';
  return (value >= 0 ? '+' : '') + number(value);
}

/** Milliseconds since the epoch of a time stamp that is a number already or RFC 3339; NaN when there is none. */
export function millis(time) {
  if (time === null || time === undefined) return NaN;
  return typeof time === 'number' ? time : Date.parse(time);
}

const two = (value) => String(value).padStart(2, '0');

/** A span of time in milliseconds as "0.8 s", "12 s", "4m 05s", "1h 04m", "2d 03h". */
export function duration(spanMillis) {
  if (!Number.isFinite(spanMillis) || spanMillis < 0) return MISSING;
  if (spanMillis < 9950) return `${(spanMillis / 1000).toFixed(1)} s`;
  const seconds = Math.round(spanMillis / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h ${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d ${two(hours % 24)}h`;
}

/** How long ago a moment (milliseconds) was, e.g. "3 min ago". */
export function age(moment, now = Date.now()) {
  if (!Number.isFinite(moment)) return MISSING;
  const seconds = Math.max(0, (now - moment) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return `${Math.floor(seconds / 86400)} d ago`;
}

/** A moment (milliseconds) in local time with its offset, for tooltips. */
export function stamp(moment) {
  if (!Number.isFinite(moment)) return '';
  const date = new Date(moment);
  const offset = -date.getTimezoneOffset();
  const sign = offset < 0 ? '-' : '+';
  const zone = offset === 0 ? 'Z' : `${sign}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} `
    + `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${zone}`;
}

const whole = new Intl.NumberFormat('en');

/** A count with thousands separators. */
export const count = (value) => (Number.isFinite(value) ? whole.format(value) : MISSING);

/** A size in bytes as "3.4 MiB". */
export function bytes(size) {
  if (!Number.isFinite(size)) return MISSING;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  while (size >= 1024 && unit < units.length - 1) {
    size /= 1024;
    unit++;
  }
  return `${unit === 0 ? size : size.toPrecision(3)} ${units[unit]}`;
}
