/**
 * Preloaded into the process that {@link launch} starts: when the launcher is gone, however it went (a
 * `kill -9` included), this process must not train on unseen. The launcher holds the other end of an IPC
 * channel; its end closing is the sign.
 */
process.once('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// The channel alone must not keep a finished command running.
process.channel?.unref();
