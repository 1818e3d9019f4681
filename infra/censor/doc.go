// SPDX-License-Identifier: Apache-2.0

// Package censor takes secrets out of a stream of bytes.
//
// It finds a secret as it is, in base64 (both alphabets, at any alignment,
// wrapped into lines too), in hexadecimal, and as JSON and URLs escape it, also
// when it comes in many small writes. What it finds it overwrites, byte for
// byte, with a character that is in no secret: so nothing is put together out
// of what is left, the length stays, and nothing else is changed.
//
// It refuses secrets that are so short that they would be found everywhere. It
// does not find a secret that was compressed, encrypted, reversed or printed
// with something between its characters: whoever runs a job that is given a
// secret still trusts the job. The length of a secret shows, and of base64 up
// to four bits at each end.
//
// It opens no file. Packages of infra may import it. A Censor is safe
// concurrently; a Writer is not.
package censor
