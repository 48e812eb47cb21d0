package extract

import "flag"

var update = flag.Bool("update", false, "write what the goldens should be")
