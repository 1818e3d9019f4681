// SPDX-License-Identifier: Apache-2.0

// Package kernel knows kernels as distributions publish them: their releases,
// the packages that they come in, the image in a package, and the type
// information (BTF) and configuration of an image.
//
// It reads bytes and gives bytes. It opens no file, asks no network and boots
// nothing: whoever calls it has the package. What it reads comes from
// strangers: every size is limited, and what is damaged is an error that says
// where. Packages of driver and infra may import it; its functions are safe
// concurrently.
package kernel
