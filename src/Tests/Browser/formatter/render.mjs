// Cucumber Messages on standard input, the official formatter's HTML on standard output.
import { createInterface } from 'node:readline';
import { CucumberHtmlStream } from '@cucumber/html-formatter';

const html = new CucumberHtmlStream();
html.pipe(process.stdout);
for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim()) html.write(JSON.parse(line));
}
html.end();
