/**
 * Lets long work end by itself at Ctrl-C (or SIGTERM); a second one ends the process as usual.
 * @param onStop told at the first. @returns end: takes the listeners away.
 */
export function stopSignal(onStop: () => void): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const end = () => {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  };
  const stop = () => {
    end();
    onStop();
    controller.abort();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return { signal: controller.signal, end };
}
