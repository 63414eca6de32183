// Command hello says that it runs; it is what test images of several platforms hold.
package main

import "runtime"

func main() {
	println("hello from " + runtime.GOOS + "/" + runtime.GOARCH)
}
