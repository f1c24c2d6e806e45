/** Whether a directory is in memory, or its old files are deleted. Source: file-hierarchy(7); tmpfiles.d(5). */
export const isFleeting = (path: string): boolean => /^\/+((var\/)?run|dev|proc|sys|(var\/)?tmp)(\/|$)/.test(path);
