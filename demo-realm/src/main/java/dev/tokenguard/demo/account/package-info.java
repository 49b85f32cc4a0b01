/** The state of a token family, and actions on the account, for the owner of an access token. */
package dev.tokenguard.demo.account;
