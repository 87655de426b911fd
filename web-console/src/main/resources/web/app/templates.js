import digits from './templates/digits.yaml.txt';
import command from './templates/command.yaml.txt';
import external from './templates/external.yaml.txt';

/** Sweep files to begin with, by name; their titles are in texts.js. */
export const TEMPLATES = {digits, command, external};
