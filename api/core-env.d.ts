export type Environment = Readonly<Record<string, string | undefined>>;

export declare function resourceFromEnv(options?: Partial<ResourceOptions>, env?: Environment): Resource;
