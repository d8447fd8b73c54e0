import { request as httpRequest } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { runCommand } from './command-runner.js';
import { copyPackage } from './scratch.js';
import { modulesEnvironment, type TfjsPackage } from './tfjs-package.js';

/** A site that does not answer within this time counts as out of reach. */
const SITE_TIMEOUT_MS = 4_000;

/** libtensorflow is about 120 MB packed. */
const INSTALL_TIMEOUT_MS = 5 * 60_000;

/** The address from which the package's installer downloads, its own environment variables respected. */
export function downloadSite(env: Readonly<NodeJS.ProcessEnv>): string {
  const site = env.TFJS_NODE_CDN_STORAGE || env.npm_config_TFJS_NODE_CDN_STORAGE || env.CDN_STORAGE;
  return (
    env.TFJS_NODE_BASE_URI || env.npm_config_TFJS_NODE_BASE_URI || site || 'https://storage.googleapis.com/'
  );
}

/**
 * Says whether a site answers at all, the way the installer would ask it (through the proxy of the environment).
 *
 * @returns undefined when it answers, else the reason.
 */
export function siteProblem(
  site: string,
  tfjs: TfjsPackage,
  env: Readonly<NodeJS.ProcessEnv>,
  timeoutMs: number = SITE_TIMEOUT_MS,
): Promise<string | undefined> {
  const proxy = env.HTTPS_PROXY || env.https_proxy || env.HTTP_PROXY || env.http_proxy;
  const options: RequestOptions = { method: 'HEAD' };
  return new Promise((resolve) => {
    const giveUp = setTimeout(() => finish(`no answer within ${timeoutMs / 1000} s`), timeoutMs);
    const finish = (problem: string | undefined): void => {
      clearTimeout(giveUp);
      resolve(problem);
      request?.destroy();
    };
    let request: ReturnType<typeof httpsRequest> | undefined;
    try {
      if (proxy) options.agent = proxyAgent(tfjs, proxy);
      request = (site.startsWith('https:') ? httpsRequest : httpRequest)(site, options);
      request.once('response', ({ statusCode = 0 }) =>
        finish(
          statusCode >= 500 || statusCode === 407 ? `answers with HTTP status ${statusCode}` : undefined,
        ),
      );
      request.once('error', (error: Error) => finish(error.message || error.name));
      request.end();
    } catch (error) {
      finish(String(error));
    }
  });
}

/** The same proxy agent that the installer uses. */
function proxyAgent(tfjs: TfjsPackage, proxy: string): NonNullable<RequestOptions['agent']> {
  const HttpsProxyAgent = createRequire(join(tfjs.folder, 'package.json'))('https-proxy-agent');
  return new HttpsProxyAgent(proxy);
}

/**
 * Runs the package's own installer on a copy of the package.
 *
 * @returns the copy with its native parts.
 * @throws CommandError when the installer fails.
 */
export async function runOfficialInstaller(
  tfjs: TfjsPackage,
  scratch: string,
  signal: AbortSignal,
): Promise<TfjsPackage> {
  const copy = await copyPackage(tfjs, scratch);
  const tools = tfjs.modulePaths.map((folder) => join(folder, '.bin'));
  await runCommand(process.execPath, ['scripts/install.js'], {
    cwd: copy.folder,
    env: { ...modulesEnvironment(copy), PATH: [...tools, process.env.PATH].join(delimiter) },
    timeoutMs: INSTALL_TIMEOUT_MS,
    signal,
  });
  return copy;
}
