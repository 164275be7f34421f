/** True for `C:\a`, `c:/a` and `\\server\share`: absolute on a Windows engine, whatever this machine is. */
export function isWindowsAbsolute(path: string): boolean {
  return /^(.:)?[\\/]/.test(path) && (/^.:/.test(path) || /^[\\/]{2}[^\\/]+[\\/]+[^\\/]/.test(path));
}
