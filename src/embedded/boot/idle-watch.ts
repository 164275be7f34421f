/** Notices when an engine has had nothing to do for a while. */
export interface IdleWatch extends Disposable {
  /** A request begins; the returned function tells its end. */
  begin(): () => void;
  /** Resolves when nothing was asked for so long and nothing runs. Never, without a time. */
  readonly idle: Promise<void>;
}

/** Watches from now on; `isBusy` is asked when the time is over, and again after as much time when it says yes. */
export function watchIdleness(idleMs: number | undefined, isBusy: () => boolean): IdleWatch {
  const { promise, resolve } = Promise.withResolvers<void>();
  let open = 0;
  let timer: NodeJS.Timeout | undefined;
  const arm = (): void => {
    clearTimeout(timer);
    if (idleMs !== undefined && open === 0) timer = setTimeout(look, idleMs);
  };
  const look = (): void => {
    if (isBusy()) arm();
    else resolve();
  };
  arm();
  return {
    begin() {
      open += 1;
      clearTimeout(timer);
      return () => {
        open -= 1;
        arm();
      };
    },
    idle: promise,
    [Symbol.dispose]: () => clearTimeout(timer),
  };
}
