export { ConfigError, type Problem } from "./problems";
